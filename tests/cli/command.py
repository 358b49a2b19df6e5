"""Runs the real command line in a process of its own, as a user would."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def topology(*arguments: str, folder: Path = PROJECT, stdin: str | bytes = b"") -> Ended:
    """`python -m topology …` in `folder`."""
    done = subprocess.run(
        [sys.executable, "-m", "topology", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "COLUMNS": "100"},
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        check=False,
        timeout=60,
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in out + err
    return Ended(done.returncode, out, err)
