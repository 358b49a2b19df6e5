"""A clock that tests move: whatever waits by it waits no time at all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from operator import itemgetter
from typing import Any

from topology.broker.statistics import Timing


class VirtualTime:
    """Seconds since an arbitrary beginning. A sleep moves them on; threads may share it."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now
        self.slept: list[float] = []
        """Every wait so far, in seconds."""
        self._lock = threading.Lock()
        self._acts: list[tuple[float, Callable[[], object]]] = []

    def at(self, moment: float, act: Callable[[], object]) -> None:
        """Something that happens then, whatever waits meanwhile."""
        self._acts.append((moment, act))

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self._advance(self.now + seconds)

    def pass_(self, seconds: float) -> None:
        """Time passes without anything waiting for it."""
        with self._lock:
            self._advance(self.now + seconds)

    def _advance(self, to: float) -> None:
        due = sorted((one for one in self._acts if one[0] <= to), key=itemgetter(0))
        self._acts = [one for one in self._acts if one[0] > to]
        for moment, act in due:
            self.now = max(self.now, moment)
            act()
        self.now = max(self.now, to)

    def timing(self, **changes: Any) -> Timing:
        """The waits of the program by this clock."""
        return Timing(clock=self.clock, sleep=self.sleep, **changes)
