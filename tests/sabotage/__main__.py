"""`make sabotage`: each fault of the list by itself, and which tests notice it.

First the tests that are named with a fault, then all offline tests, then the smoke tests.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.sabotage.faults import Fault, copied, faults

WANTED: Final = 0.925
"""37 of 40."""
QUICK: Final = bool(os.environ.get("QUICK"))
"""Only the tests that are named with a fault."""
SIDE_BY_SIDE: Final = int(os.environ.get("WORKERS", "2"))
_OFFLINE: Final = "not live and not full and not soak"
_QUIET: Final = ("-q", "-x", "-p", "no:cacheprovider", "--no-header")
_FAILED: Final = 1
"""pytest's exit code where tests have failed; others mean that none could be run."""


def run(copy: Path, *arguments: str) -> int:
    """The exit code of pytest in a copy; what it prints is kept beside it."""
    # Faults that make a test wait for what never comes are noticed by its timeout.
    command = [sys.executable, "-m", "pytest", *_QUIET, "--timeout", "120", *arguments]
    with (copy / "sabotage.log").open("ab") as log:
        done = subprocess.run(
            command,
            cwd=copy,
            env=os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=False,
        )
    return done.returncode


def noticed(fault: Fault) -> str:
    """By which tests; empty where none fails."""
    with TemporaryDirectory(prefix="sabotage-") as folder:
        copy = copied(Path(folder) / "project")
        fault.put_into(copy)
        stages = (
            ("its tests", (*fault.tests, "-m", _OFFLINE)),
            ("offline tests", ("-n", "2", "-m", _OFFLINE)),
            ("smoke tests", ("-m", "smoke")),
        )
        for name, arguments in stages[:1] if QUICK else stages:
            code = run(copy, *arguments)
            if code == _FAILED or (code and name != "its tests"):
                return name
    return ""


def main() -> int:
    """Prints a line for each fault, and how many were noticed."""
    chosen = [fault for fault in faults() if all(word in fault.name for word in sys.argv[1:])]
    if stale := [fault.name for fault in chosen if fault.count != 1]:
        sys.stdout.write("out of date, the text is not there once: " + "; ".join(stale) + "\n")
        return 2
    started = time.monotonic()
    survivors = []
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for fault, by in zip(chosen, pool.map(noticed, chosen), strict=True):
            sys.stdout.write(f"{by or 'NOT NOTICED':<14} {fault.name} ({fault.file})\n")
            sys.stdout.flush()
            survivors += [] if by else [fault.name]
    count = len(chosen) - len(survivors)
    seconds = time.monotonic() - started
    sys.stdout.write(f"{count} of {len(chosen)} noticed, in {seconds:.0f} s\n")
    return 0 if count >= WANTED * len(chosen) else 1


if __name__ == "__main__":
    raise SystemExit(main())
