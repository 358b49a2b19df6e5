"""Waiting for queues: until they are empty, until nothing arrives."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Final

from ..broker.state import LiveQueue
from ..broker.statistics import SAMPLE_SECONDS
from ..guard.occupancy import counted
from .actions import Actions
from .link import Link
from .model import Event, Halted, Tell
from .move import Move, Place, Way

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

    def __init__(
        self, link: Link, actions: Actions, queue: str, tell: Tell, patience: float
    ) -> None:
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


_SETTLE_POLL_SECONDS: Final = 0.25
_SAMPLE_POLL: Final = 1.0
_WATCH_SECONDS: Final = 3.0
"""How long arrivals are watched for once the statistics know that the bindings are gone."""


class Settling:
    """Begun when the bindings are gone from the old queue."""

    def __init__(
        self, link: Link, actions: Actions, move: Move, tell: Tell, patience: float
    ) -> None:
        self._link, self._actions, self._move, self._tell = link, actions, move, tell
        self._patience = patience
        self._unbound_at = time.monotonic()
        self._published: int | None = None

    def settled(self, *, shovels: int) -> bool:
        """Waits until statistics that are newer than now tell of no unacknowledged message: neither
        a client nor the shovel holds one. `shovels` are how many consumers are the migration's own.

        False as soon as a message is ready: a consumer gave it back, or it arrived. Raises `Halted`
        if messages arrive although the queue is bound to nothing, or if consumers stay.
        """
        origin, began, told = self._move.origin, time.monotonic(), 0.0
        counted = False
        while True:
            self._link.pause(_SETTLE_POLL_SECONDS)
            counts = self._link.count(origin)
            if counts is None:
                return True
            if counts[0]:
                return False
            now = time.monotonic()
            if not counted and now > self._unbound_at + SAMPLE_SECONDS:
                counted = True
                self._refuse_arrivals(self._actions.sample(origin))
            if now < max(began, self._unbound_at + _WATCH_SECONDS) + SAMPLE_SECONDS:
                continue
            found = self._actions.sample(origin)
            held = None if found is None else found.unacknowledged
            self._refuse_arrivals(found)
            clients = max(0, counts[1] - shovels)
            if held == 0 and (self._move.way is Way.IN_PLACE or clients == 0):
                return True
            if now - told > SAMPLE_SECONDS:
                told = now
                self._wait_for(held, clients)
            if now - began > self._patience:
                raise Halted(self._still(held, clients))
            self._link.pause(_SAMPLE_POLL)

    def _refuse_arrivals(self, found: LiveQueue | None) -> None:
        published = None if found is None else found.published
        if published is None:
            return
        before, self._published = self._published, published
        if before is not None and published > before:
            raise Halted(
                f"{counted(published - before, 'message')} came to {self._move.origin} although it "
                "is bound to nothing: a client publishes to it by its name, through the default "
                "exchange. Stop those publishers and run the same command again, or undo with "
                "--undo; nothing is lost"
            )

    def _wait_for(self, held: int | None, consumers: int) -> None:
        text = self._still(held, consumers)
        self._tell(Event(self._move.target.queue, "waiting", text, progress=True))

    def _still(self, held: int | None, consumers: int) -> str:
        origin = self._move.origin
        if held is None:
            return f"the broker has no statistics of {origin} yet"
        if held:
            return f"{counted(held, 'message')} of {origin}: taken by consumers, not acknowledged"
        return (
            f"{origin} still has {counted(consumers, 'consumer')}: let them consume from "
            f"{self._move.target}"
        )


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
