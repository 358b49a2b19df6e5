"""What a run waits for at this moment."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Clock = Callable[[], float]
"""Seconds, from any beginning; never goes back."""


class Pending:
    """Registrations, hooks and requests that have begun and not ended. Threads share it."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._begun: dict[int, tuple[str, float]] = {}
        self._moved = clock()

    @contextmanager
    def waiting_for(self, what: str) -> Iterator[None]:
        """`what` is shown as it is: such as `hook before deletion of queue q`."""
        with self._lock:
            number, self._moved = next(self._numbers), self._clock()
            self._begun[number] = what, self._moved
        try:
            yield
        finally:
            with self._lock:
                self._moved = self._clock()
                del self._begun[number]

    @property
    def still_seconds(self) -> float:
        """How long nothing has begun or ended."""
        with self._lock:
            return self._clock() - self._moved

    def longest(self) -> list[tuple[str, float]]:
        """What has not ended, and for how many seconds; the longest first."""
        with self._lock:
            now = self._clock()
            return [(what, now - began) for what, began in self._begun.values()]
