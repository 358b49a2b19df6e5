"""Which policies match which queues and exchanges, and which of them RabbitMQ applies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...expand.effective_policy import Kind, covers
from ...expand.regular_expression import pattern_matches
from ...model import OperatorPolicy, Policy, Topology
from ...model.policy_definition import blocking_keys
from ...problems import Path
from ...version import Version


@dataclass(frozen=True, slots=True)
class Matched:
    """A queue or exchange, and the policies that match it."""

    name: str
    kind: Kind
    policies: tuple[str, ...]
    """Those that can apply, the one that does first."""
    blocked: tuple[str, ...]
    """Those that hold a key which the queue's type does not know; RabbitMQ passes them over."""


def matches(
    topology: Topology,
    policies: Mapping[str, Policy] | Mapping[str, OperatorPolicy],
    version: Version,
) -> tuple[Matched, ...]:
    """Every queue and exchange with the policies that match it."""
    keys = {name: tuple(policy.definition.values()) for name, policy in policies.items()}
    order = sorted(policies, key=lambda name: (-policies[name].priority, name))

    def matched(name: str, kind: Kind) -> Matched:
        found = [
            policy
            for policy in order
            if covers(policies[policy].apply_to, kind)
            and pattern_matches(policies[policy].pattern, name)
        ]
        if kind == "exchange":
            return Matched(name, kind, tuple(found), ())
        blocked = [policy for policy in found if blocking_keys(keys[policy], kind, version)]
        usable = [policy for policy in found if policy not in blocked]
        return Matched(name, kind, tuple(usable), tuple(blocked))

    if not policies:
        return ()
    exchanges = (matched(name, "exchange") for name in topology.exchanges)
    queues = (matched(name, queue.type or "classic") for name, queue in topology.queues.items())
    return (*exchanges, *queues)


def policy_places(topology: Topology) -> Iterator[tuple[Path, Policy | OperatorPolicy]]:
    """Every policy and operator policy with its place in the config."""
    for name, policy in topology.policies.items():
        yield ("policies", name), policy
    for name, operator_policy in topology.operator_policies.items():
        yield ("operator_policies", name), operator_policy
