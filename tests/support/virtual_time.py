"""A clock that tests move: whatever waits by it waits no time at all."""

from __future__ import annotations

import threading
from typing import Any

from topology.broker.statistics import Timing


class VirtualTime:
    """Seconds since an arbitrary beginning. A sleep moves them on; threads may share it."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now
        self.slept: list[float] = []
        """Every wait so far, in seconds."""
        self._lock = threading.Lock()

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self.now += seconds

    def pass_(self, seconds: float) -> None:
        """Time passes without anything waiting for it."""
        with self._lock:
            self.now += seconds

    def timing(self, **changes: Any) -> Timing:
        """The waits of the program by this clock."""
        return Timing(clock=self.clock, sleep=self.sleep, **changes)
