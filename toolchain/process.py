"""A process that outlives the command that started it, found again and ended for certain."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Process:
    """A process by id and birth, so that a reused id is never mistaken for it."""

    pid: int
    born: float

    @classmethod
    def of(cls, pid: int) -> Process:
        """The living process with this id."""
        return cls(pid, psutil.Process(pid).create_time())

    @property
    def alive(self) -> bool:
        """Whether it still runs (a zombie does not)."""
        return self._find() is not None

    def end(self, *, gently: bool = True, patience: float = 30.0) -> None:
        """Ask it to stop, or kill it at once; kill it as well when patience runs out."""
        found = self._find()
        if found is None:
            return
        with suppress(psutil.NoSuchProcess):
            if gently:
                found.terminate()
                self._wait(patience)
            if self.alive:
                found.kill()
                self._wait(patience)

    def _wait(self, patience: float) -> None:
        # Not psutil's wait: it takes a zombie of another parent for alive.
        deadline = time.monotonic() + patience
        while self.alive and time.monotonic() < deadline:
            time.sleep(0.05)

    def _find(self) -> psutil.Process | None:
        try:
            found = psutil.Process(self.pid)
            same = abs(found.create_time() - self.born) < 1.0
            return found if same and not _ended(found) else None
        except psutil.NoSuchProcess:
            return None


def _ended(process: psutil.Process) -> bool:
    """Whether it only waits for its parent to take note; its last thread must have ended."""
    return process.status() == psutil.STATUS_ZOMBIE and process.num_threads() <= 1
