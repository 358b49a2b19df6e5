"""Which rules a topology needs, and what of it cannot be watched."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ..expand import Expanded
from ..version import Version
from . import broker_rules, exchange_rules, queue_rules
from .limits import Limits, limits
from .metric import DROPPED, INFO, LINKS, SHOVELS, Series
from .roles import Roles, roles
from .rule import Rule


@dataclass(frozen=True, slots=True)
class Watch:
    """Everything that is known to watch one vhost."""

    series: Series
    version: Version
    rules: tuple[Rule, ...]
    roles: Roles
    notes: tuple[str, ...]
    """What is declared and not watched, and why; what has to be enabled."""


def watch(expanded: Expanded, version: Version, job: str = "rabbitmq") -> Watch:
    """For a version of RabbitMQ, whose nodes Prometheus scrapes under this name."""
    topology = expanded.settled.topology
    found = _Watching(
        expanded=expanded,
        version=version,
        series=Series(job, topology.vhost.name),
        roles=roles(expanded, version),
        limits=limits(expanded, version),
    )
    rules = (*found.whole(), *found.kept(), *found.queues(), *found.exchanges())
    return Watch(found.series, version, rules, found.roles, tuple(found.notes()))


@dataclass(frozen=True, slots=True)
class _Watching:
    expanded: Expanded
    version: Version
    series: Series
    roles: Roles
    limits: dict[str, Limits]

    @property
    def _queues(self) -> Collection[str]:
        return self.expanded.settled.topology.queues

    @property
    def _federated(self) -> bool:
        policies = self.expanded.settled.topology.policies.values()
        keys = {key for policy in policies for key in policy.definition.values()}
        return any(key.startswith("federation-upstream") for key in keys)

    def _replicated(self) -> Iterator[str]:
        return (name for name in self._queues if self.limits[name].type != "classic")

    def whole(self) -> Iterator[Rule]:
        topology = self.expanded.settled.topology
        if self._queues:
            yield broker_rules.not_scraped(self.series)
        if any(self._replicated()):
            yield broker_rules.nodes_without_majority(self.series)
        if topology.shovels and self.version >= SHOVELS.since:
            yield broker_rules.shovels_down(self.series, len(topology.shovels))
        if self._federated and self.version >= LINKS.since:
            yield broker_rules.links_down(self.series)

    def kept(self) -> Iterator[Rule]:
        """Of queues that keep what went wrong."""
        for name, sources in self.roles.dead_letters.items():
            told = (
                f"Dead letters wait in queue {name}",
                f"They come from {', '.join(sources)}, and no consumer takes them by itself.",
            )
            labels = self._service({s for queue in sources for s in self._consumers(queue)})
            yield queue_rules.waiting("RabbitmqDeadLetters", self.series, name, labels, told)
        for name, sources in self.roles.unrouted.items():
            told = (
                f"Unroutable messages wait in queue {name}",
                f"Published to {', '.join(sources)}; no binding there matches them.",
            )
            publishers = {s for exchange in sources for s in self.roles.published.get(exchange, ())}
            labels = self._service(publishers)
            yield queue_rules.waiting("RabbitmqUnroutedWait", self.series, name, labels, told)

    def queues(self) -> Iterator[Rule]:
        for name in self._queues:
            limit, consumers = self.limits[name], self._consumers(name)
            labels = self._service(consumers)
            if consumers:
                yield queue_rules.no_consumers(self.series, name, labels)
            if consumers and limit.expires and limit.expires >= queue_rules.SHORTEST_WAIT:
                yield queue_rules.unused(self.series, name, limit.expires, labels)
            yield from queue_rules.nearly_full(self.series, name, limit, labels)
            if consumers and self._ages(limit) and self.version >= DROPPED.since:
                assert limit.message_ttl is not None
                yield queue_rules.waits_long(self.series, name, limit.message_ttl, labels)
            if limit.type != "classic" and self.version >= INFO.since:
                yield broker_rules.queue_without_majority(self.series, name, labels)

    def exchanges(self) -> Iterator[Rule]:
        # What patterns add is published to by RabbitMQ alone, and bound as it has to be.
        names = dict.fromkeys((*self.expanded.inherited.exchanges, *self.roles.published))
        if self.version < DROPPED.since:
            if names:
                yield from exchange_rules.unroutable_anywhere(self.series)
            return
        for name in names:
            labels = self._service(self.roles.published.get(name, ()))
            yield from exchange_rules.unroutable(self.series, name, labels)

    def notes(self) -> Iterator[str]:
        topology = self.expanded.settled.topology
        for metric, kind, there in (
            (SHOVELS, "shovels", bool(topology.shovels)),
            (LINKS, "federation links", self._federated),
        ):
            if there and self.version < metric.since:
                yield f"{kind} are not watched: RabbitMQ exports them from {metric.since} on"
            elif there:
                yield f"{kind} are seen where the plugin {metric.plugin} is enabled"
        aging = [n for n in self._queues if self._consumers(n) and self._ages(self.limits[n])]
        if aging and self.version < DROPPED.since:
            yield (
                f"how long messages wait in {', '.join(aging)} is not watched: RabbitMQ counts "
                f"deliveries by queue from {DROPPED.since} on"
            )

    def _consumers(self, queue: str) -> tuple[str, ...]:
        return self.roles.consumed.get(queue, ())

    def _service(self, names: Collection[str]) -> dict[str, str]:
        return {"service": ", ".join(sorted(names))} if names else {}

    def _ages(self, limit: Limits) -> bool:
        ttl = limit.message_ttl
        return ttl is not None and queue_rules.NEARLY * ttl >= queue_rules.SHORTEST_WAIT
