"""Declared against broker: everything that differs, and everything that nobody declared.

Pure: what the broker has was read before, and the passwords that the stack made come as arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias, TypeVar

from ..broker.state import LiveExchange, LiveQueue, VhostState
from ..kind import Kind
from ..model import Topology
from ..ownership.difference import (
    exchange_difference,
    policy_difference,
    queue_difference,
)
from ..ownership.parameter_difference import shovel_difference, upstream_difference
from ..version import Version
from .compare_access import (
    permission_findings,
    topic_permission_findings,
    user_findings,
)
from .compare_bindings import binding_findings
from .compare_policies import overridden_findings
from .compare_vhost import vhost_finding
from .finding import Finding, State, Unknown
from .ignore import Ignore, comes_and_goes, named_by_rabbitmq
from .report import Report
from .shared_vhost import is_of_others

Compare: TypeAlias = Callable[[Any, Any], list[str]]

_Lasting = TypeVar("_Lasting", LiveQueue, LiveExchange)

_PARAMETERS = {"federation-upstream": Kind.FEDERATION_UPSTREAM, "shovel": Kind.SHOVEL}
_ELSEWHERE = frozenset({"operator_policy", "policy", "vhost-limits"})
"""Components that are compared as what they are."""


def compare(
    topology: Topology,
    broker: VhostState,
    *,
    passwords: Mapping[str, str],
    ignore: Ignore,
    deployer: str = "",
    version: Version | None = None,
) -> Report:
    """`topology` is settled. `passwords` has those that were generated, as far as they are known.
    `deployer` is the user that the stack itself connects as. `version` is the broker's: without it,
    policies that do not apply are not looked for."""
    unknown: list[Unknown] = []
    found = [
        *_vhost(topology, broker, ignore),
        *user_findings(topology, broker, passwords, unknown),
    ]
    if broker.vhost is not None:
        found += _contents(topology, broker, ignore)
        found += permission_findings(topology, broker, deployer)
        found += topic_permission_findings(topology, broker)
        if version is not None:
            found += overridden_findings(topology, broker, version)
    own = found
    if topology.vhost.existing:
        own = [finding for finding in found if not is_of_others(finding, topology, broker)]
    kept = [finding for finding in own if not _ignored(finding, ignore)]
    return Report(
        vhost=topology.vhost.name,
        findings=tuple(sorted(kept, key=_order)),
        unknown=tuple(unknown),
        ignored=len(own) - len(kept),
        others=len(found) - len(own),
        deletion_protection=broker.vhost is not None and broker.vhost.protected_from_deletion,
    )


def _ignored(finding: Finding, ignore: Ignore) -> bool:
    return finding.state is State.UNDECLARED and ignore.covers(finding.kind, finding.name)


def _order(finding: Finding) -> tuple[int, int, str]:
    return list(State).index(finding.state), list(Kind).index(finding.kind), finding.name


def _vhost(topology: Topology, broker: VhostState, ignore: Ignore) -> Iterator[Finding]:
    if broker.vhost is None:
        yield Finding(Kind.VHOST, topology.vhost.name, State.MISSING, ("with everything in it",))
        return
    if topology.vhost.existing:
        return
    finding = vhost_finding(topology.vhost, broker.vhost, broker, ignore)
    if finding is not None:
        yield finding


def _contents(topology: Topology, broker: VhostState, ignore: Ignore) -> Iterator[Finding]:
    yield from _named(
        Kind.EXCHANGE,
        topology.exchanges,
        _lasting(broker.exchanges, topology.exchanges),
        exchange_difference,
    )
    yield from _named(
        Kind.QUEUE, topology.queues, _lasting(_shared(broker), topology.queues), queue_difference
    )
    yield from binding_findings(topology, broker, ignore)
    yield from _named(Kind.POLICY, topology.policies, broker.policies, policy_difference)
    yield from _named(
        Kind.OPERATOR_POLICY,
        topology.operator_policies,
        broker.operator_policies,
        policy_difference,
    )
    yield from _named(
        Kind.FEDERATION_UPSTREAM,
        topology.federation_upstreams,
        _component(broker, "federation-upstream"),
        upstream_difference,
    )
    yield from _named(
        Kind.SHOVEL, topology.shovels, _component(broker, "shovel"), shovel_difference
    )
    for component, name in broker.parameters:
        if component not in _PARAMETERS and component not in _ELSEWHERE:
            yield Finding(Kind.PARAMETER, f"{component}/{name}", State.UNDECLARED)


def _named(
    kind: Kind, declared: Mapping[str, Any], broker: Mapping[str, Any], difference: Compare
) -> Iterator[Finding]:
    for name, entry in declared.items():
        if name not in broker:
            yield Finding(kind, name, State.MISSING)
        elif differences := difference(entry, broker[name]):
            yield Finding(kind, name, State.CHANGED, tuple(differences))
    for name in broker:
        if name not in declared:
            yield Finding(kind, name, State.UNDECLARED)


def _shared(broker: VhostState) -> dict[str, LiveQueue]:
    """Without exclusive queues: they belong to a connection."""
    return {name: queue for name, queue in broker.queues.items() if not queue.exclusive}


def _lasting(broker: Mapping[str, _Lasting], declared: Mapping[str, Any]) -> dict[str, _Lasting]:
    return {
        name: entry
        for name, entry in broker.items()
        if name in declared or not (named_by_rabbitmq(name) or comes_and_goes(entry))
    }


def _component(broker: VhostState, component: str) -> dict[str, Any]:
    return {name: value for (owner, name), value in broker.parameters.items() if owner == component}
