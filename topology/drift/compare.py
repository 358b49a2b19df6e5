"""Declared against broker: everything that differs, and everything that is not declared.

Pure: what the broker has was read before, and the passwords that the stack made come as arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias, TypeVar

from ..broker.state import (
    BindingIdentity,
    LiveBinding,
    LiveExchange,
    LiveQueue,
    LiveVhost,
    VhostState,
)
from ..kind import Kind, binding_label
from ..model import Binding, Topology, VHost
from ..ownership.difference import exchange_difference, policy_difference, queue_difference
from ..ownership.parameter_difference import shovel_difference, upstream_difference
from ..version import Version
from .compare_access import permission_findings, topic_permission_findings, user_findings
from .compare_policies import overridden_findings
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


def binding_findings(topology: Topology, broker: VhostState, ignore: Ignore) -> Iterator[Finding]:
    declared = {declared_identity(binding) for binding in topology.bindings}
    found = {binding.identity: binding for binding in broker.bindings if binding.source}
    for identity in declared - found.keys():
        yield Finding(Kind.BINDING, binding_label(*identity), State.MISSING)
    for identity, binding in found.items():
        if identity not in declared and not _of_passing(binding, topology, broker, ignore):
            yield Finding(Kind.BINDING, binding_label(*identity), State.UNDECLARED)


def declared_identity(binding: Binding) -> BindingIdentity:
    """What RabbitMQ tells a declared binding from others by."""
    return LiveBinding.from_api(binding.model_dump()).identity


def _of_passing(
    binding: LiveBinding, topology: Topology, broker: VhostState, ignore: Ignore
) -> bool:
    """Whether an end of it is a client's own, or a plugin's, or ignored: it goes with that end."""
    source, destination = binding.source, binding.destination
    if _passes(Kind.EXCHANGE, source, topology.exchanges, broker.exchanges, ignore):
        return True
    if binding.destination_type == "queue":
        return named_by_rabbitmq(destination) or _passes(
            Kind.QUEUE, destination, topology.queues, broker.queues, ignore
        )
    return _passes(Kind.EXCHANGE, destination, topology.exchanges, broker.exchanges, ignore)


def _passes(
    kind: Kind,
    name: str,
    declared: Mapping[str, Any],
    broker: Mapping[str, LiveQueue] | Mapping[str, LiveExchange],
    ignore: Ignore,
) -> bool:
    if name in declared:
        return False
    found = broker.get(name)
    return (found is not None and comes_and_goes(found)) or ignore.covers(kind, name)


_NO_LIMIT = -1


def vhost_finding(
    declared: VHost, vhost: LiveVhost, broker: VhostState, ignore: Ignore
) -> Finding | None:
    """A vhost's tags cannot be declared, so `ignore` can name the vhost for their sake."""
    differences = tuple(_differences(declared, vhost, broker))
    if vhost.tags and not ignore.covers(Kind.VHOST, declared.name):
        differences = (f"tags are {', '.join(vhost.tags)}, declared are none", *differences)
    return Finding(Kind.VHOST, declared.name, State.CHANGED, differences) if differences else None


def _differences(declared: VHost, vhost: LiveVhost, broker: VhostState) -> Iterator[str]:
    yield from _text("description", vhost.description, declared.description)
    default = vhost.default_queue_type or broker.default_queue_type
    expected = declared.default_queue_type or broker.default_queue_type
    yield from _text("default_queue_type", default, expected)
    if vhost.tracing != declared.tracing:
        yield f"tracing is {_switch(vhost.tracing)}, declared is {_switch(declared.tracing)}"
    yield from _limit("max_connections", broker, declared.max_connections)
    yield from _limit("max_queues", broker, declared.max_queues)


def _text(name: str, broker: str | None, declared: str | None) -> Iterator[str]:
    if (broker or None) != (declared or None):
        yield f"{name} is {broker or 'none'}, declared is {declared or 'none'}"


def _limit(name: str, broker: VhostState, declared: int | None) -> Iterator[str]:
    limit = broker.limits.get(name.replace("_", "-"), _NO_LIMIT)
    expected = _NO_LIMIT if declared is None else declared
    if max(limit, _NO_LIMIT) != expected:
        yield f"{name} is {_number(limit)}, declared is {_number(expected)}"


def _number(limit: int) -> str:
    return "no limit" if limit <= _NO_LIMIT else str(limit)


def _switch(value: bool) -> str:  # noqa: FBT001 - a value to be shown
    return "on" if value else "off"
