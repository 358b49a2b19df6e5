"""Bindings have no names: one that differs in anything is another binding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..binding_label import binding_label
from ..broker.state import (
    BindingIdentity,
    LiveBinding,
    LiveExchange,
    LiveQueue,
    VhostState,
)
from ..kind import Kind
from ..model import Binding, Topology
from .finding import Finding, State
from .ignore import Ignore, comes_and_goes, named_by_rabbitmq


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
