"""Guards against the broker in memory, by virtual time."""

from __future__ import annotations

from typing import Any

from tests.support.memory_broker import MemoryBroker
from topology.check import check
from topology.guard import GuardedBroker, Guarding, Refusal
from topology.guard.exchange import guard_exchange
from topology.guard.queue import guard_queue

VHOST = "v"
LONG = 60.0
"""Seconds after which statistics know everything."""


class World:
    """A vhost on a broker, and what the guards would say about what is in it."""

    def __init__(self) -> None:
        self.broker = MemoryBroker()
        self.broker.vhost(VHOST)
        self.logged: list[str] = []
        """What the guards have told of their waits."""

    def settle(self) -> None:
        """Time passes, until statistics show what is so."""
        self.broker.time.pass_(LONG)

    def run(self, *, preview: bool = False, **config: Any) -> Guarding:
        """The beginning of a run that declares this in the vhost."""
        timing, log = self.broker.time.timing(), self.logged.append
        guarded = GuardedBroker(self.broker.connection(), timing=timing, log=log)
        guarded.begin(VHOST)
        topology = check({"vhost": VHOST, **config}).usable().topology
        return Guarding(guarded, topology, preview)

    def waited(self) -> float:
        """Seconds that the guards have slept."""
        return sum(self.broker.time.slept)


def of_queue(guarding: Guarding, name: str = "q") -> str:
    """Why a queue is not deleted; empty if it is."""
    try:
        guard_queue(guarding, VHOST, name)
    except Refusal as reason:
        return str(reason)
    return ""


def of_exchange(guarding: Guarding, name: str = "e") -> str:
    """Why an exchange is not deleted; empty if it is."""
    try:
        guard_exchange(guarding, VHOST, name)
    except Refusal as reason:
        return str(reason)
    return ""
