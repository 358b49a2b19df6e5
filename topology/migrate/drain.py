"""Waiting for a queue to become empty, while somebody may watch."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from ..broker.statistics import SAMPLE_SECONDS
from ..guard.occupancy import counted
from .bench import BrokerActions
from .event import Event, Halted, Tell
from .link import Link
from .move import Place

_DRAIN_POLL_SECONDS: Final = 0.1
_TELL_SECONDS: Final = 1.0
_COUNT_SECONDS: Final = 1.0
_SURE_SECONDS: Final = 0.3
"""Between two looks that must both find a queue empty."""

LINGER_SECONDS: Final = 6.0
"""So long a shovel stays after its queue is found empty: what was routed to the queue just before
may still be on its way, and as old may the statistics be that tell what the shovel still holds."""

LEAVE_SECONDS: Final = 10.0
"""A shovel takes a moment to leave."""

_FEW: Final = 200
"""So few messages are left when the bindings are changed over, to keep the order of the others."""

_AHEAD_RATE: Final = 2_000
_AHEAD_SECONDS: Final = 5.0
"""Publishers that are faster than the shovel: after the time that what was there at first takes
at this many messages a second, and some seconds more, the bindings are changed over anyway."""


class Drain:
    """Waits for one queue. What empties it, a shovel or consumers, is at work already."""

    def __init__(self, link: Link, actions: BrokerActions, queue: str, tell: Tell, patience: float) -> None:
        """`patience` is how many seconds may pass in which no message moves."""
        self._link, self._actions, self._queue = link, actions, queue
        self._tell, self._patience = tell, patience

    def until(self, place: Place, step: str, enough: Callable[[int, float], bool]) -> float:
        """Waits until `enough` says so of the ready messages and the seconds that have passed.

        Returns the seconds that it took. Raises `Halted` where no message leaves the queue.
        """
        began = told = moved_at = time.monotonic()
        first = least = self._ready(place)
        ready = first
        while True:
            now = time.monotonic()
            if ready < least:
                least, moved_at = ready, now
            if enough(ready, now - began):
                return now - began
            if now - moved_at > self._patience:
                raise Halted(self._stuck(place, step, ready))
            if now - told > _TELL_SECONDS:
                told = now
                text = f"{place.queue}: {counted(ready, 'message')} left"
                moved = max(0, first - ready)
                event = Event(self._queue, step, text, ready, moved, now - began, progress=True)
                self._tell(event)
            self._link.pause(_DRAIN_POLL_SECONDS)
            ready = self._ready(place)

    def ahead(self, place: Place, step: str) -> float:
        """Moves messages while new ones still come in behind them: so they keep their order.
        Returns the seconds that it took."""
        first: list[int] = []

        def enough(ready: int, seconds: float) -> bool:
            first.append(ready)
            del first[1:]
            return ready <= _FEW or seconds > _AHEAD_SECONDS + first[0] / _AHEAD_RATE

        return self.until(place, step, enough)

    def through(self, place: Place, step: str) -> float:
        """Empties a queue that only a shovel takes from, until the shovel holds nothing more.

        What is unacknowledged when a shovel is stopped would be moved a second time. Returns the
        seconds in which messages were ready. Raises `Halted` where some stay unacknowledged.
        """
        began, seconds = time.monotonic(), 0.0
        while True:
            seconds += self.until(place, step, lambda ready, _: ready == 0)
            self._link.pause(LINGER_SECONDS)
            found = self._actions.sample(place)
            held = 0 if found is None else found.unacknowledged
            if self._ready(place) == 0 and held == 0:
                return seconds
            if time.monotonic() - began > self._patience + seconds:
                raise Halted(self._held(place, step, held))

    def moved(self, exchange: str, *, at_least: int = 0) -> int | None:
        """Messages that a shovel has brought to an exchange of the migration's own, by the broker's
        count. How far the old queue shrank while it was watched is not that: some messages go
        before the first look at it, others come, and consumers take some.

        Waits until the statistics, which lag, count `at_least` so many, at most as long as they
        may. None where the broker does not count messages.
        """
        began = time.monotonic()
        while True:
            moved = self._actions.passed(exchange)
            if (moved or 0) >= at_least or time.monotonic() - began > SAMPLE_SECONDS:
                return moved
            self._link.pause(_COUNT_SECONDS)

    def is_left(self, place: Place, *, used: bool) -> bool:
        """Whether an emptied queue is empty now that its shovel has been stopped. Unless it is
        `used` by clients, no consumer may have stayed."""
        deadline = time.monotonic() + LEAVE_SECONDS
        self._link.pause(_SURE_SECONDS)
        while True:
            ready, consumers = self._link.count(place) or (0, 0)
            if ready:
                return False
            if used or not consumers:
                return True
            if time.monotonic() > deadline:
                return False
            self._link.pause(_DRAIN_POLL_SECONDS)

    def is_empty(self, place: Place) -> bool:
        """Whether two looks find neither a ready message nor a consumer."""
        for pause in (0.0, _SURE_SECONDS):
            self._link.pause(pause)
            if self._link.count(place) not in (None, (0, 0)):
                return False
        return True

    def _ready(self, place: Place) -> int:
        counts = self._link.count(place)
        return counts[0] if counts else 0

    @staticmethod
    def _held(place: Place, step: str, held: int | None) -> str:
        if held is None:
            return f"the broker has no statistics of {place.queue}"
        return (
            f"{counted(held, 'message')} of {place.queue} unacknowledged: by consumers, or by the "
            f"shovel {step}, to which their target does not confirm them"
        )

    def _stuck(self, place: Place, step: str, ready: int) -> str:
        ail = self._actions.shovels.ailment(step)
        reason = f"; the shovel has ended: {ail}" if ail else ""
        return (
            f"no message has left {place.queue} for {self._patience:.0f} s, and {ready} are still "
            f"there{reason}"
        )
