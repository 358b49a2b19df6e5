"""Whether an old queue is empty for good: nothing unacknowledged, and nothing arrives any more."""

from __future__ import annotations

import time
from typing import Final

from ..broker.state import LiveQueue
from ..broker.statistics import SAMPLE_SECONDS
from ..guard.occupancy import counted
from .bench import BrokerActions
from .event import Event, Halted, Tell
from .link import Link
from .move import Move, Way

_SETTLE_POLL_SECONDS: Final = 0.25
_SAMPLE_POLL: Final = 1.0
_WATCH_SECONDS: Final = 3.0
"""How long arrivals are watched for once the statistics know that the bindings are gone."""


class Settling:
    """Begun when the bindings are gone from the old queue."""

    def __init__(self, link: Link, actions: BrokerActions, move: Move, tell: Tell, patience: float) -> None:
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
