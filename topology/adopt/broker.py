"""A live broker, read as what there is to adopt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from topology.adopt.found import Found, PropertiesKeys
from topology.broker import Management, probe
from topology.drift import read_snapshot
from topology.drift.compare_bindings import binding_identity
from topology.drift.snapshot import Fields
from topology.problems import ConfigError, Problem, did_you_mean

_QUEUE_COLUMNS = "name,type,durable,auto_delete,exclusive,owner_pid_details,arguments"


def read_broker(management: Management, vhosts: Sequence[str] = ()) -> Found:
    """Reads the vhosts of these names, or all. Raises `ConfigError` if one does not exist."""
    facts = probe(management)
    names = sorted(entry["name"] for entry in management.get("vhosts", columns="name"))
    missing = [name for name in vhosts if name not in names]
    if missing:
        raise ConfigError(
            Problem((), f"the broker has no vhost {name}", did_you_mean(name, names))
            for name in missing
        )
    chosen = list(vhosts) or names
    found = {name: read_snapshot(management, name) for name in chosen}
    return Found(
        facts=facts,
        # Definitions leave exclusive queues out, and newer ones tell a type that no client gave.
        vhosts={
            name: replace(snapshot, queues=_queues(management, name))
            for name, snapshot in found.items()
        },
        properties_keys={name: properties_keys(management, name) for name in chosen},
        global_parameters=tuple(
            str(entry["name"]) for entry in management.find("global-parameters") or []
        ),
        rights=Counter(entry["user"] for entry in management.get("permissions")),
    )


def properties_keys(management: Management, vhost: str) -> PropertiesKeys:
    """How the broker calls the bindings of a vhost."""
    bindings: list[dict[str, Any]] = management.get("bindings", vhost)
    return {binding_identity(entry): entry["properties_key"] for entry in bindings}


def _queues(management: Management, vhost: str) -> dict[str, Fields]:
    queues: list[dict[str, Any]] = management.get("queues", vhost, columns=_QUEUE_COLUMNS)
    return {queue["name"]: queue for queue in queues}
