"""One answer for all that ask the same at much the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from .statistics import Timing

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Answer(Generic[T]):
    value: T
    began: float
    serves_until: float


class Sharing:
    """Keeps each answer for a moment. Threads may share it: hooks of thousands of resources run
    side by side, and whoever waits for another's answer takes that one."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._answers: dict[Hashable, _Answer[object]] = {}
        self._locks: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, ask: Callable[[float], T], *, since: float | None = None) -> T:
        """An answer that was asked for a moment ago at most, and not before `since`. `ask` takes
        the moment at which it is called."""
        timing = self._timing
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            answer, now = self._answers.get(key), timing.clock()
            old = answer is None or answer.serves_until < now
            if answer is None or old or (since is not None and answer.began < since):
                value = ask(now)
                ended = timing.clock()
                serves = max(timing.shared, timing.shared_times * (ended - now))
                answer = self._answers[key] = _Answer(value, now, ended + serves)
            return cast("T", answer.value)

    def forget(self) -> None:
        """Whatever is asked next is asked anew: something was changed."""
        with self._lock:
            self._answers.clear()
