"""What the broker has, read once: a handful of requests, whatever the size of the vhost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from topology.broker import Management

Fields = Mapping[str, Any]
"""An object as the management API tells of it."""

_EXCHANGE_COLUMNS = "name,type,durable,auto_delete,internal,arguments"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A vhost and the broker's users. `vhost` is None where there is no such vhost."""

    vhost: Fields | None = None
    default_queue_type: str | None = None
    """What the broker gives to vhosts that name none; None where it does not say."""
    limits: Mapping[str, int] = field(default_factory=dict)
    exchanges: Mapping[str, Fields] = field(default_factory=dict)
    queues: Mapping[str, Fields] = field(default_factory=dict)
    """Without exclusive ones: they belong to a connection."""
    bindings: tuple[Fields, ...] = ()
    policies: Mapping[str, Fields] = field(default_factory=dict)
    operator_policies: Mapping[str, Fields] = field(default_factory=dict)
    parameters: Mapping[tuple[str, str], Fields] = field(default_factory=dict)
    """Component and name → value. Holds secrets."""
    users: Mapping[str, Fields] = field(default_factory=dict)
    """All users of the broker, with the hashes of their passwords."""
    permissions: Mapping[str, Fields] = field(default_factory=dict)
    topic_permissions: Mapping[tuple[str, str], Fields] = field(default_factory=dict)
    """User and exchange → permission."""


def read_snapshot(management: Management, vhost: str) -> Snapshot:
    """Raises `BrokerError` if the broker cannot be asked."""
    users = _by_name(management.get("users"))
    default = management.get("overview").get("default_queue_type")
    found = management.find("vhosts", vhost)
    if found is None:
        return Snapshot(users=users)
    # Definitions are many times faster than lists with statistics; but they hold exchanges without
    # saying which are internal, and operator policies and limits in other places by version.
    definitions = management.get("definitions", vhost)
    limits = management.find("vhost-limits", vhost) or []
    permissions = management.find("vhosts", vhost, "permissions") or []
    topics = management.find("vhosts", vhost, "topic-permissions") or []
    return Snapshot(
        vhost=found,
        default_queue_type=default,
        limits=dict(limits[0].get("value") or {}) if limits else {},
        exchanges=_by_name(management.get("exchanges", vhost, columns=_EXCHANGE_COLUMNS)),
        queues=_by_name(definitions["queues"]),
        bindings=tuple(definitions["bindings"]),
        policies=_by_name(definitions["policies"]),
        operator_policies=_by_name(management.get("operator-policies", vhost)),
        parameters={
            (entry["component"], entry["name"]): entry["value"]
            for entry in definitions["parameters"]
        },
        users=users,
        permissions={entry["user"]: entry for entry in permissions},
        topic_permissions={(entry["user"], entry["exchange"]): entry for entry in topics},
    )


def _by_name(entries: list[dict[str, Any]]) -> dict[str, Fields]:
    return {entry["name"]: entry for entry in entries}
