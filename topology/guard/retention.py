"""What `retain` keeps on the broker, with all that it needs there.

The engine keeps what the state says: `retain_on_delete`, set by the run before the one that takes a
resource out. So keeping takes two runs, and each plan says truly what will stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, get_args

from .. import kind as kinds
from ..expand.effective_policy import Kind, matching
from ..expand.naming import is_part_of
from ..model import Topology
from ..model.queue_type import QueueType

DEFAULT_VHOST: Final = "/"
"""RabbitMQ made it itself: it leaves the stack, and stays."""


@dataclass(frozen=True)
class Retention:
    """Decided by the config alone: what the stack declares, or declared before."""

    topology: Topology
    """Settled."""

    def queue(self, name: str) -> bool:
        return self._named(name, self.topology.retain.queues)

    def exchange(self, name: str) -> bool:
        return self._named(name, self.topology.retain.exchanges)

    def end(self, kind: str, name: str) -> bool:
        """Of a binding; `kind` is `queue` or `exchange`."""
        return self.queue(name) if kind == "queue" else self.exchange(name)

    def object(self, kind: kinds.Kind, name: str) -> bool:
        """A queue or exchange; all else stays with those."""
        return kind in (kinds.Kind.QUEUE, kinds.Kind.EXCHANGE) and self.end(kind, name)

    def binding(self, source: str, kind: str, destination: str) -> bool:
        """A binding stays with either of its ends."""
        return self.exchange(source) or self.end(kind, destination)

    def policy(self, name: str) -> bool:
        """A policy stays with what it applies to: it holds the settings."""
        return self.topology.retain.vhost or name in self._policies

    def vhost(self, name: str) -> bool:
        return self.topology.retain.vhost or name == DEFAULT_VHOST

    @cached_property
    def _policies(self) -> frozenset[str]:
        declared = self.topology.policies
        found = (next(matching(declared, *one), None) for one in self._objects())
        return frozenset(name for name in found if name is not None)

    def _objects(self) -> Iterator[tuple[str, Kind]]:
        topology, retain = self.topology, self.topology.retain
        for name, queue in topology.queues.items():
            if self.queue(name):
                yield name, queue.type or "classic"
        for name in {*topology.exchanges, *retain.exchanges}:
            if self.exchange(name):
                yield name, "exchange"
        # What left the stack before is of a type that the config no longer tells.
        for name in retain.queues:
            if name not in topology.queues:
                for kind in get_args(QueueType):
                    yield name, kind

    def _named(self, name: str, named: list[str]) -> bool:
        # What a pattern made for a retained queue belongs to it: without, it would drop messages.
        return (
            self.topology.retain.vhost
            or name in named
            or any(is_part_of(name, queue) for queue in self.topology.retain.queues)
        )
