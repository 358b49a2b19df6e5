"""What a guard knows: the broker, what the program declares now, and what the user consents to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from ..expand.effective_policy import matching
from ..hooks.command_line import Seen
from ..model import Exchange, Queue, Topology
from ..ownership.contents import Object
from ..ownership.difference import exchange_difference, queue_difference
from .broker import GuardedBroker
from .leaving import Leaving, Registered
from .refusal import Going
from .retention import Retention


@dataclass(frozen=True, slots=True)
class Guarding:
    """Everything that decides whether a deletion may go on."""

    broker: GuardedBroker
    topology: Topology
    """The settled topology of this run."""
    preview: bool
    """A preview takes the statistics that there are, and waits for none."""
    goes: Callable[[Object], bool] = lambda _: False
    """Whether this run has deleted an object, or in a preview would."""
    command: Seen = field(default_factory=Seen)
    """What is seen of the command that the run belongs to."""
    registered: Registered = Registered.NOT
    """How far the program has come with the resource that is judged."""

    @property
    def retention(self) -> Retention:
        return Retention(self.topology)

    def declared_queue(self, vhost: str, name: str) -> Queue | None:
        """What goes may be in a vhost that was given another name since."""
        return self.topology.queues.get(name) if self._ours(vhost) else None

    def declared_exchange(self, vhost: str, name: str) -> Exchange | None:
        return self.topology.exchanges.get(name) if self._ours(vhost) else None

    def declares_policy(self, vhost: str, name: str) -> bool:
        return self._ours(vhost) and name in self.topology.policies

    def declares(self, kind: str, vhost: str, name: str) -> bool:
        """`kind` is `queue` or `exchange`."""
        find = self.declared_queue if kind == "queue" else self.declared_exchange
        return find(vhost, name) is not None

    def of(self, leaving: Leaving) -> Guarding:
        """The same for the judgement of one resource."""
        return replace(self, registered=leaving.registered)

    def going(self, kind: str, vhost: str, name: str) -> Going:
        """Why a queue, exchange or vhost would be deleted. Raises `BrokerError`."""
        if self.command.destroys or self.registered is Registered.WHOLLY:
            goes = not (self.retention.vhost(vhost) or self.topology.vhost.existing)
            return Going.DESTROYED_WITH_VHOST if goes else Going.DESTROYED
        if not self._ours(vhost):
            return Going.RENAMED
        if kind != "vhost":
            if not self.declares(kind, vhost, name):
                return Going.REMOVED
            if self.differs(kind, vhost, name):
                return Going.REPLACED
        return Going.REMADE if self.registered is Registered.PENDING else Going.DESTROYED

    def differs(self, kind: str, vhost: str, name: str) -> bool:
        """Whether a queue or exchange is declared otherwise than the broker has it."""
        if kind == "queue":
            queue, found = self.declared_queue(vhost, name), self.broker.queue(vhost, name)
            return bool(queue and found and queue_difference(queue, found))
        exchange, there = self.declared_exchange(vhost, name), self.broker.exchange(vhost, name)
        return bool(exchange and there and exchange_difference(exchange, there))

    def feeders(self, vhost: str, exchange: str, *, fresh: bool = False) -> Iterator[str]:
        """Queues that dead-letter to an exchange once the run has changed what it declares.

        An update changes policies before it deletes anything, a preview changes nothing: there, the
        declaration tells where a queue will dead-letter to.
        """
        for name in self.broker.feeders(vhost, exchange, fresh=fresh):
            queue = self.declared_queue(vhost, name)
            if not self.preview or queue is None or self._dead_letters(name, queue) == exchange:
                yield name

    def protects(self, declared: Queue | Exchange | None) -> bool:
        """By the object's own word, or else the stack's."""
        if declared is None:
            return False
        return self.topology.protect if declared.protect is None else declared.protect

    def _ours(self, vhost: str) -> bool:
        return vhost == self.topology.vhost.name

    def _dead_letters(self, name: str, queue: Queue) -> object:
        if "x-dead-letter-exchange" in queue.arguments:
            return queue.arguments["x-dead-letter-exchange"]
        policy = next(matching(self.topology.policies, name, queue.type or "classic"), None)
        definition = self.topology.policies[policy].definition.values() if policy else {}
        return definition.get("dead-letter-exchange")
