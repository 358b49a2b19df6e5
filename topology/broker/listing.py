"""All objects of a kind that one vhost has, from one answer, and what follows from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from .live_policy import LivePolicies, LivePolicy
from .state import NEVER, LiveBinding, LiveExchange, LiveQueue


@dataclass
class QueueListing:
    """The queues and streams of a vhost."""

    queues: tuple[LiveQueue, ...] = ()
    began: float = NEVER
    """All that was so before is seen; a time of the reader's clock."""
    read_policies: Callable[[], LivePolicies] = field(default=lambda: LivePolicies({}), repr=False)
    """Those of the vhost: read when first needed, since most callers need counts alone."""

    @cached_property
    def by_name(self) -> Mapping[str, LiveQueue]:
        return {queue.name: queue for queue in self.queues}

    @cached_property
    def policies(self) -> LivePolicies:
        return self.read_policies()

    @cached_property
    def dead_letter_sources(self) -> Mapping[str, Sequence[str]]:
        """Names of queues, by the exchange to which they dead-letter."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for queue in self.queues:
            for exchange in self._dead_letter_exchanges(queue):
                found[exchange].append(queue.name)
        return found

    @cached_property
    def by_policy(self) -> Mapping[str, Sequence[str]]:
        """Names of queues, by the policy that applies to them."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for queue in self.queues:
            for policy in self.policies_of(queue):
                found[policy.name].append(queue.name)
        return found

    def policies_of(self, queue: LiveQueue) -> Sequence[LivePolicy]:
        """The one that applies, or several of the same priority, of which RabbitMQ has chosen
        one."""
        return self.policies.strongest(queue.name, queue.kind)

    def keeps_dead_letters(self, queue: LiveQueue) -> bool:
        """Whether a quorum queue may hold dead letters until they are routed (at-least-once)."""
        if queue.type != "quorum":
            return False
        definitions = [policy.definition for policy in self.policies_of(queue)]
        found = [one.get("dead-letter-strategy") for one in definitions]
        found.append(queue.arguments.get("x-dead-letter-strategy"))
        return bool(queue.dead_lettering) or "at-least-once" in found

    def _dead_letter_exchanges(self, queue: LiveQueue) -> Iterator[str]:
        # An argument wins over a policy.
        argument = queue.arguments.get("x-dead-letter-exchange")
        if argument is not None:
            yield str(argument)
            return
        key = "dead-letter-exchange"
        definitions = [policy.definition for policy in self.policies_of(queue)]
        yield from {str(definition[key]) for definition in definitions if key in definition}


@dataclass
class ExchangeListing:
    """The exchanges of a vhost, RabbitMQ's own included."""

    exchanges: tuple[LiveExchange, ...] = ()
    began: float = NEVER

    @cached_property
    def by_name(self) -> Mapping[str, LiveExchange]:
        return {exchange.name: exchange for exchange in self.exchanges}

    @cached_property
    def by_policy(self) -> Mapping[str, Sequence[str]]:
        """Names of exchanges, by the policy that applies to them."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for exchange in self.exchanges:
            if exchange.policy:
                found[exchange.policy].append(exchange.name)
        return found


@dataclass
class BindingListing:
    """The bindings of a vhost, those of the default exchange included."""

    bindings: tuple[LiveBinding, ...] = ()
    began: float = NEVER

    @cached_property
    def by_source(self) -> Mapping[str, Sequence[LiveBinding]]:
        found: defaultdict[str, list[LiveBinding]] = defaultdict(list)
        for binding in self.bindings:
            found[binding.source].append(binding)
        return found

    @cached_property
    def by_destination(self) -> Mapping[tuple[str, str], Sequence[LiveBinding]]:
        """By type and name of the destination."""
        found: defaultdict[tuple[str, str], list[LiveBinding]] = defaultdict(list)
        for binding in self.bindings:
            found[binding.destination_type, binding.destination].append(binding)
        return found

    def queues_behind(self, exchange: str) -> set[str]:
        """Queues that an exchange leads to, also by way of other exchanges."""
        queues: set[str] = set()
        seen, waiting = {exchange}, [exchange]
        while waiting:
            for binding in self.by_source.get(waiting.pop(), ()):
                if binding.destination_type == "queue":
                    queues.add(binding.destination)
                elif binding.destination not in seen:
                    seen.add(binding.destination)
                    waiting.append(binding.destination)
        return queues
