"""What a run does to the policies of a vhost, and which of them belong to its stack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ..broker.live_policy import LivePolicies, LivePolicy
from ..expand.settings import GENERATED_PRIORITY, generated_policy_name
from ..model import OperatorPolicy, Policy, Topology
from .live_object import LiveObject, Section

Named = tuple[Section, str]


@dataclass(frozen=True, slots=True)
class PolicySet:
    """The change of policies, or of operator policies."""

    put: Mapping[str, LivePolicy] = field(default_factory=dict)
    """As they will be; those that are so already change nothing."""
    removed: frozenset[str] = frozenset()
    managed: frozenset[str] = frozenset()
    """Names of those that the stack's state has, declared or not any more."""

    def after(self, before: LivePolicies) -> LivePolicies:
        changed = self.changed(before)
        gone = self.removed & before.by_name.keys()
        if not changed and not gone:
            return before
        return before.with_changes([self.put[name] for name in changed], gone)

    def changed(self, before: LivePolicies) -> frozenset[str]:
        return frozenset(
            name for name, policy in self.put.items() if before.by_name.get(name) != policy
        )

    def touched(self, before: LivePolicies) -> frozenset[str]:
        """Names of the policies that the run creates, changes or deletes."""
        return self.changed(before) | (self.removed & before.by_name.keys())

    def owns(self, name: str) -> bool:
        return name in self.managed or name in self.put or name in self.removed


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """Everything of a run that has to do with policies."""

    policies: PolicySet = field(default_factory=PolicySet)
    operator_policies: PolicySet = field(default_factory=PolicySet)
    generated: Mapping[str, Named] = field(default_factory=dict)
    """Policies that hold the settings of one queue or exchange → that object."""
    declared: frozenset[Named] = frozenset()
    """Queues and exchanges of the stack."""
    created: tuple[LiveObject, ...] = ()
    """Those of them that may not exist yet."""
    going: frozenset[Named] = frozenset()
    """Queues and exchanges that the run deletes."""


def declared_change(topology: Topology) -> PolicyChange:
    """What an update makes of a settled topology, on a broker whatever it has."""
    created = tuple(_created(topology))
    return PolicyChange(
        policies=PolicySet(dict(_live(topology.policies))),
        operator_policies=PolicySet(dict(_live(topology.operator_policies))),
        generated=generated_policies(topology),
        declared=frozenset((entry.section, entry.name) for entry in created),
        created=created,
    )


def generated_policies(topology: Topology) -> dict[str, Named]:
    """Policies that hold the settings of one queue or exchange → that object."""
    sections: tuple[tuple[Section, Iterable[str]], ...] = (
        ("queues", topology.queues),
        ("exchanges", topology.exchanges),
    )
    named = {
        generated_policy_name(section, name): (section, name)
        for section, names in sections
        for name in names
    }
    return {
        policy: named[policy]
        for policy, declared in topology.policies.items()
        if policy in named and declared.priority == GENERATED_PRIORITY
    }


def _created(topology: Topology) -> Iterator[LiveObject]:
    for name, queue in topology.queues.items():
        kind = queue.type or "classic"
        yield LiveObject(
            "queues", name, kind, queue.arguments, passing=queue.auto_delete, exists=False
        )
    for name, exchange in topology.exchanges.items():
        yield LiveObject("exchanges", name, "exchange", exchange.arguments, exists=False)


def _live(
    policies: Mapping[str, Policy] | Mapping[str, OperatorPolicy],
) -> Iterator[tuple[str, LivePolicy]]:
    for name, policy in policies.items():
        definition = policy.definition.values()
        yield (
            name,
            LivePolicy(name, policy.pattern, policy.apply_to, policy.priority, definition),
        )
