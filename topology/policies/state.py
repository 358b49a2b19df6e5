"""A vhost as far as policies are about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ..broker.live_policy import LivePolicies
from ..broker.reader import BrokerReader
from ..broker.state import LiveExchange, LiveQueue
from ..version import NEWEST, Version
from .live_object import Counts, LiveObject


@dataclass(frozen=True, slots=True)
class PolicyState:
    """Everything on a broker that a change of policies can concern."""

    objects: tuple[LiveObject, ...] = ()
    policies: LivePolicies = field(default_factory=lambda: LivePolicies({}))
    operator_policies: LivePolicies = field(default_factory=lambda: LivePolicies({}))
    version: Version = NEWEST

    @classmethod
    def of(
        cls,
        queues: Iterable[LiveQueue],
        exchanges: Iterable[LiveExchange],
        policies: LivePolicies,
        operator_policies: LivePolicies,
    ) -> PolicyState:
        # The default exchange has no name, and no policy applies to it.
        named = (exchange for exchange in exchanges if exchange.name)
        objects = (*map(LiveObject.queue, queues), *map(LiveObject.exchange, named))
        return cls(objects, policies, operator_policies, policies.version)

    @classmethod
    def read(
        cls, reader: BrokerReader, vhost: str, *, since: float | None = None, objects: bool = True
    ) -> PolicyState:
        """Empty where there is no such vhost; `objects` is whether queues and exchanges are
        needed. Raises `BrokerError` if the broker cannot be asked."""
        return cls.of(
            reader.queues(vhost, since=since).queues if objects else (),
            reader.exchanges(vhost, since=since).exchanges if objects else (),
            reader.policies(vhost, since=since),
            reader.operator_policies(vhost, since=since),
        )

    def with_counts(self, counts: dict[str, Counts]) -> PolicyState:
        """The same with other counts of the queues that are named."""
        return replace(
            self,
            objects=tuple(
                replace(entry, counts=counts.get(entry.name, entry.counts))
                if entry.section == "queues"
                else entry
                for entry in self.objects
            ),
        )
