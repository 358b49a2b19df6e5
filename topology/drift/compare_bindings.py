"""Bindings have no names: one that differs in anything is another binding."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from topology.binding_label import binding_label
from topology.drift.finding import Finding, State
from topology.drift.ignore import Ignore, comes_and_goes, named_by_rabbitmq
from topology.drift.snapshot import Fields, Snapshot
from topology.kind import Kind
from topology.model import Topology

BindingIdentity: TypeAlias = tuple[str, str, str, str, str]


def binding_findings(topology: Topology, broker: Snapshot, ignore: Ignore) -> Iterator[Finding]:
    declared = {binding_identity(binding.model_dump()) for binding in topology.bindings}
    found = {binding_identity(binding): binding for binding in broker.bindings if binding["source"]}
    for identity in declared - found.keys():
        yield Finding(Kind.BINDING, binding_label(*identity), State.MISSING)
    for identity, binding in found.items():
        if identity not in declared and not _of_passing(binding, topology, broker, ignore):
            yield Finding(Kind.BINDING, binding_label(*identity), State.UNDECLARED)


def binding_identity(binding: Mapping[str, Any]) -> BindingIdentity:
    arguments = binding.get("arguments") or {}
    return (
        binding["source"],
        binding["destination_type"],
        binding["destination"],
        binding["routing_key"],
        json.dumps(arguments, sort_keys=True) if arguments else "",
    )


def _of_passing(
    binding: Mapping[str, Any], topology: Topology, broker: Snapshot, ignore: Ignore
) -> bool:
    """Whether an end of it is a client's own, or a plugin's, or ignored: it goes with that end."""
    source, destination = binding["source"], binding["destination"]
    if _passes(Kind.EXCHANGE, source, topology.exchanges, broker.exchanges, ignore):
        return True
    if binding["destination_type"] == "queue":
        return named_by_rabbitmq(destination) or _passes(
            Kind.QUEUE, destination, topology.queues, broker.queues, ignore
        )
    return _passes(Kind.EXCHANGE, destination, topology.exchanges, broker.exchanges, ignore)


def _passes(
    kind: Kind,
    name: str,
    declared: Mapping[str, Any],
    broker: Mapping[str, Fields],
    ignore: Ignore,
) -> bool:
    if name in declared:
        return False
    return comes_and_goes(broker.get(name, {})) or ignore.covers(kind, name)
