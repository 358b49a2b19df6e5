"""`make sabotage`: each fault of the list by itself, and which tests of `make test` notice it.

First the offline tests that are named with a fault, then all offline tests, then the smoke tests.
The last two count only if they pass in a copy without a fault.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Final

from tests.sabotage.faults import Fault, copied, faults
from tests.support.brokers import NEWEST_VARIABLE
from toolchain.series import IMAGES_VARIABLE

WANTED: Final = 0.925
"""37 of 40."""
QUICK: Final = bool(os.environ.get("QUICK"))
"""Only the tests that are named with a fault."""
SIDE_BY_SIDE: Final = int(os.environ.get("WORKERS", "2"))
_OFFLINE: Final = "not live and not full and not soak"
_QUIET: Final = ("-q", "-x", "-p", "no:cacheprovider", "--no-header")
_STAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "offline tests": ("-n", "2", "-m", _OFFLINE),
    "smoke tests": ("-m", "smoke"),
}
_FAILED: Final = 1
"""pytest's exit code where tests have failed; others mean that none could be run."""


class Unjudged(Exception):
    """Tests fail without a fault, so that they tell nothing of one; the message names them."""


def run(copy: Path, *arguments: str) -> int:
    """The exit code of pytest in a copy; what it prints is kept beside it."""
    # Faults that make a test wait for what never comes are noticed by its timeout.
    command = [sys.executable, "-m", "pytest", *_QUIET, "--timeout", "300", *arguments]
    with (copy / "sabotage.log").open("ab") as log:
        done = subprocess.run(
            command,
            cwd=copy,
            env=os.environ | _settings() | {"PYTHONPATH": str(copy)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=False,
        )
    return done.returncode


@lru_cache
def _settings() -> dict[str, str]:
    """What `make test` runs with."""
    command = [sys.executable, "-m", "toolchain", "series"]
    images = os.environ.get(IMAGES_VARIABLE) or subprocess.check_output(command, text=True).strip()
    return {IMAGES_VARIABLE: images, NEWEST_VARIABLE: "1", "PYTHONDONTWRITEBYTECODE": "1"}


@lru_cache
def _passes_without_fault(stage: str) -> bool:
    with TemporaryDirectory(prefix="sabotage-") as folder:
        return run(copied(Path(folder) / "project"), *_STAGES[stage]) == 0


_judged = Lock()


def _judges(stage: str) -> bool:
    with _judged:  # One fault at a time may find out.
        return _passes_without_fault(stage)


def noticed(fault: Fault) -> str:
    """By which tests; empty where none fails. Raises `Unjudged`."""
    with TemporaryDirectory(prefix="sabotage-") as folder:
        copy = copied(Path(folder) / "project")
        fault.put_into(copy)
        if run(copy, *fault.tests, "-m", _OFFLINE) == _FAILED:
            return "its tests"
        for stage, arguments in () if QUICK else _STAGES.items():
            if run(copy, *arguments):
                if not _judges(stage):
                    raise Unjudged(f"{stage} fail without a fault")
                return stage
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
    try:
        raise SystemExit(main())
    except Unjudged as reason:
        sys.stdout.write(f"{reason}\n")
        raise SystemExit(2) from None
