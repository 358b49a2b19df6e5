"""Keeps two runs on one machine from making the same thing at once."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .console import say


@contextmanager
def alone(file: Path, what: str) -> Iterator[None]:
    """Hold the lock file; wait, saying so, while another process holds it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Another run is making {what}; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
