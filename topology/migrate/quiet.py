"""Since when nothing has been published to queues."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Final

from .move import Place

_ASK_SECONDS: Final = 1.0


class Quiet:
    """Watches the queues of whole vhosts, for all migrations of a run together: while one of them
    waits, time passes for the others, too."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[tuple[str, str], float] = {}
        self._seen: dict[Place, tuple[int, float]] = {}
        """What has come to a queue at last count, and since when it has been that."""

    def seconds(self, place: Place, ask: Callable[[Place], Mapping[str, int]]) -> float:
        """`ask` counts what has ever come to each queue of the place's vhost."""
        with self._lock:
            now, key = time.monotonic(), (place.broker, place.vhost)
            if now >= self._asked.get(key, 0.0) + _ASK_SECONDS:
                counts = ask(place)
                self._asked[key] = now = time.monotonic()
                for queue, count in counts.items():
                    self._note(Place(place.vhost, queue, place.broker), count, now)
            _, since = self._seen.setdefault(place, (0, now))
            return now - since

    def _note(self, place: Place, count: int, now: float) -> None:
        if place not in self._seen or self._seen[place][0] != count:
            self._seen[place] = (count, now)
