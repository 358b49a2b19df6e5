"""What rules look at: a topology with its names, and the broker it is meant for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeVar

from ...expand import Expanded
from ...model import Binding, Exchange, Queue, Topology
from ...model.queue import queue_arguments
from ...parse import Parsed
from ...problems import Path
from ...version import BrokerFacts, Version
from .dead_letter_path import DeadLetterPaths
from .effective_queue import EffectiveQueue, effective_queues
from .policy_matches import Matched, matches
from .routing import Routing
from .setting_values import Said, said
from .written import Written

_Entry = TypeVar("_Entry")

BUILT_IN_EXCHANGES: Final[Mapping[str, str]] = {
    "amq.direct": "direct",
    "amq.fanout": "fanout",
    "amq.topic": "topic",
    "amq.headers": "headers",
    "amq.match": "headers",
    "amq.rabbitmq.trace": "topic",
}
"""Exchanges that RabbitMQ makes in every vhost, with their types."""


@dataclass(frozen=True)
class View:
    """Read-only look at a parsed topology. Names that the schema refused count as declared."""

    parsed: Parsed
    expanded: Expanded
    broker: BrokerFacts

    @property
    def topology(self) -> Topology:
        """Inheritance resolved and patterns added: complete, with settings still on their queues.

        Only what the user wrote himself has a place in the config; see `declared`.
        """
        return self.expanded.complete

    @property
    def declared(self) -> Topology:
        """As the user wrote it."""
        return self.parsed.topology

    @property
    def version(self) -> Version:
        return self.broker.version

    @cached_property
    def written(self) -> Written:
        """Where what a queue or exchange has was written."""
        return Written(self.declared)

    @cached_property
    def said(self) -> tuple[Said, ...]:
        """Every value that is written for a setting of queues."""
        return tuple(said(self.declared))

    @cached_property
    def effective(self) -> dict[str, EffectiveQueue]:
        """Every queue as it will be: arguments, and the policy that applies."""
        return effective_queues(self.expanded, self.policy_matches)

    @cached_property
    def policy_matches(self) -> tuple[Matched, ...]:
        """Every queue and exchange with the user's policies that match it."""
        return matches(self.topology, self.declared.policies, self.version)

    @cached_property
    def operator_policy_matches(self) -> tuple[Matched, ...]:
        """The same for operator policies."""
        return matches(self.topology, self.declared.operator_policies, self.version)

    @cached_property
    def exchange_types(self) -> dict[str, str]:
        """Every exchange whose type is known, the built-in ones included."""
        declared = {name: exchange.type for name, exchange in self.topology.exchanges.items()}
        return {**BUILT_IN_EXCHANGES, **declared}

    @cached_property
    def routing(self) -> Routing:
        """Where exchanges send messages."""
        return Routing(self.expanded.settled, self.exchange_types, self.version)

    @cached_property
    def dead_letter_paths(self) -> DeadLetterPaths:
        """Where messages go when they die."""
        return DeadLetterPaths(self.effective, self.routing)

    @cached_property
    def exchange_names(self) -> frozenset[str]:
        """Exchanges that exist once the topology is applied."""
        return self._names("exchanges").union(BUILT_IN_EXCHANGES)

    @cached_property
    def queue_names(self) -> frozenset[str]:
        return self._names("queues")

    @cached_property
    def user_names(self) -> frozenset[str]:
        """The users of services included."""
        return self._names("users")

    @cached_property
    def upstream_names(self) -> frozenset[str]:
        return self._names("federation_upstreams")

    def whole(self, section: str) -> bool:
        """Whether a section could be read at all; if not, nothing is known to be missing in it."""
        return (section,) not in self.parsed.broken

    def own_queues(self) -> Iterator[tuple[str, Queue]]:
        """The user's own queues, with what they inherit."""
        for name in self.declared.queues:
            yield name, self.topology.queues[name]

    def place(self, queue: EffectiveQueue, field: str) -> Path:
        """Where a setting that one of the user's queues has was written."""
        complete = self.topology.queues[queue.name]
        if getattr(complete, field) is not None:
            return self.written.queue_setting(queue.name, field)
        argument = queue_arguments()[field].name
        if argument in complete.arguments:
            return self.written.queue_argument(queue.name, argument)
        return queue.policy_place(field) or ("queues", queue.name)

    def own_exchanges(self) -> Iterator[tuple[str, Exchange]]:
        """The user's own exchanges, with what they inherit."""
        for name in self.declared.exchanges:
            yield name, self.topology.exchanges[name]

    def bindings(self) -> Iterator[tuple[Path, Binding]]:
        """The user's own bindings, and where they stand in the config."""
        return self.listed("bindings", self.declared.bindings)

    def listed(self, section: str, entries: list[_Entry]) -> Iterator[tuple[Path, _Entry]]:
        """Entries of one of the user's lists, and where they stand in the config."""
        for index, entry in enumerate(entries):
            yield (section, self.parsed.position(section, index)), entry

    def _names(self, section: str) -> frozenset[str]:
        broken = self.parsed.broken
        refused = {str(path[1]) for path in broken if path[0] == section and path[1:]}
        return frozenset(getattr(self.topology, section)) | refused
