"""Policies on the broker that the stack's own keep from applying, or would with the next update."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..broker.live_policy import LivePolicies, LivePolicy
from ..broker.state import VhostState
from ..kind import Kind
from ..model import Topology
from ..policies import PolicyEffect, PolicyState, Rule, declared_change, evaluate, refused
from ..version import Version
from .finding import Finding, State


def overridden_findings(
    topology: Topology, broker: VhostState, version: Version
) -> Iterator[Finding]:
    """One for each policy that the stack does not declare, and to whose loss its config does not
    consent. RabbitMQ applies one policy to an object: the others are there, and have no effect."""
    change = declared_change(topology)

    def others(found: Mapping[str, LivePolicy], declared: Mapping[str, object]) -> LivePolicies:
        kept = {name: policy for name, policy in found.items() if name not in declared}
        return LivePolicies(kept, version)

    without = PolicyState.of(
        broker.queues.values(),
        broker.exchanges.values(),
        others(broker.policies, topology.policies),
        others(broker.operator_policies, topology.operator_policies),
    )
    found: dict[tuple[Kind, str], list[PolicyEffect]] = {}
    for effect in refused(evaluate(without, change), topology):
        if effect.rule is Rule.POLICY_UNAPPLIED:
            kind = Kind.OPERATOR_POLICY if effect.operator else Kind.POLICY
            found.setdefault((kind, effect.lost), []).append(effect)
    for (kind, name), effects in found.items():
        lines = (
            f"{', '.join(sorted(effect.keys))} does not apply to {effect.object.label}: "
            f"{kind.words} {effect.policy} of this stack takes its place"
            for effect in effects
        )
        yield Finding(kind, name, State.OVERRIDDEN, tuple(lines))
