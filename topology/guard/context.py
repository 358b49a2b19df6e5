"""What a guard knows: the broker, what the program declares now, and what the user consents to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from topology.expand.effective_policy import matching
from topology.expand.naming import is_part_of
from topology.guard.broker import GuardedBroker
from topology.model import Exchange, Queue, Topology


@dataclass(frozen=True, slots=True)
class Guarding:
    """Everything that decides whether a deletion may go on."""

    broker: GuardedBroker
    topology: Topology
    """The settled topology of this run."""
    preview: bool
    """A preview looks and tells, and deletes nothing."""

    def declared_queue(self, vhost: str, name: str) -> Queue | None:
        """What goes may be in a vhost that was given another name since."""
        return self.topology.queues.get(name) if self._ours(vhost) else None

    def declared_exchange(self, vhost: str, name: str) -> Exchange | None:
        return self.topology.exchanges.get(name) if self._ours(vhost) else None

    def declares_policy(self, vhost: str, name: str) -> bool:
        return self._ours(vhost) and name in self.topology.policies

    def feeders(self, vhost: str, exchange: str, *, fresh: bool = False) -> Iterator[str]:
        """Queues that dead-letter to an exchange once the run has changed what it declares.

        An update changes policies before it deletes anything, a preview changes nothing: there, the
        declaration tells where a queue will dead-letter to.
        """
        for name in self.broker.feeders(vhost, exchange, fresh=fresh):
            queue = self.declared_queue(vhost, name)
            if not self.preview or queue is None or self._dead_letters(name, queue) == exchange:
                yield name

    def releases_queue(self, name: str) -> bool:
        """Whether a queue leaves the stack and stays on the broker."""
        return self._releases(name, self.topology.release.queues)

    def releases_exchange(self, name: str) -> bool:
        return self._releases(name, self.topology.release.exchanges)

    def protects(self, declared: Queue | Exchange | None) -> bool:
        """By the object's own word, or else the stack's."""
        if declared is None:
            return False
        return self.topology.protect if declared.protect is None else declared.protect

    def _releases(self, name: str, named: list[str]) -> bool:
        # What a pattern made for a released queue belongs to it: without, it would drop messages.
        return (
            self.topology.release.vhost
            or name in named
            or any(is_part_of(name, queue) for queue in self.topology.release.queues)
        )

    def _ours(self, vhost: str) -> bool:
        return vhost == self.topology.vhost.name

    def _dead_letters(self, name: str, queue: Queue) -> object:
        if "x-dead-letter-exchange" in queue.arguments:
            return queue.arguments["x-dead-letter-exchange"]
        policy = next(matching(self.topology.policies, name, queue.type or "classic"), None)
        definition = self.topology.policies[policy].definition.values() if policy else {}
        return definition.get("dead-letter-exchange")
