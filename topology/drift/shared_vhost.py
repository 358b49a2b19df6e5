"""A vhost that the stack only refers to: what other stacks have in it is no drift of this one."""

from __future__ import annotations

from ..broker.live_policy import LivePolicy
from ..broker.state import VhostState
from ..expand.regular_expression import pattern_matches
from ..kind import Kind
from ..model import Topology
from .finding import Finding, State


def is_of_others(finding: Finding, topology: Topology, broker: VhostState) -> bool:
    """Whether a finding is an undeclared object that has no effect on what this stack declares.

    What has one: a binding from or to a declared object, a policy that matches one, the rights of a
    user that the stack creates.
    """
    if finding.state is not State.UNDECLARED:
        return False
    name = finding.name
    match finding.kind:
        case Kind.BINDING:
            return name not in _own_bindings(topology, broker)
        case Kind.POLICY:
            return not _applies(broker.policies[name], topology)
        case Kind.OPERATOR_POLICY:
            return not _applies(broker.operator_policies[name], topology)
        case Kind.PERMISSION:
            return not _creates(topology, name)
        case Kind.TOPIC_PERMISSION:
            return not any(
                f"{user} on {exchange}" == name and _creates(topology, user)
                for user, exchange in broker.topic_permissions
            )
        case _:
            return True


def _own_bindings(topology: Topology, broker: VhostState) -> set[str]:
    return {
        str(binding)
        for binding in broker.bindings
        if binding.source in topology.exchanges
        or binding.destination
        in (topology.queues if binding.destination_type == "queue" else topology.exchanges)
    }


def _applies(policy: LivePolicy, topology: Topology) -> bool:
    names = set() if policy.apply_to == "exchanges" else set(topology.queues)
    if policy.apply_to in ("exchanges", "all"):
        names |= set(topology.exchanges)
    return any(pattern_matches(policy.pattern, name) for name in names)


def _creates(topology: Topology, user: str) -> bool:
    return user in topology.users and not topology.users[user].existing
