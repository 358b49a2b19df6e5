"""A vhost on the broker → its declaration."""

from __future__ import annotations

from typing import Any, Final

from topology.drift.snapshot import Snapshot
from topology.expand.inherit import DEFAULT_QUEUE_TYPE

_UNSET: Final = ("", "undefined", None)
"""How brokers of different ages say that a vhost has no default queue type of its own."""
_LIMITS: Final = {"max-connections": "max_connections", "max-queues": "max_queues"}


def vhost_entry(name: str, found: Snapshot) -> str | dict[str, Any]:
    """The vhost's name alone, or a map where there is more to say."""
    vhost = found.vhost or {}
    entry: dict[str, Any] = {"name": name}
    if vhost.get("description"):
        entry["description"] = vhost["description"]
    default = vhost.get("default_queue_type")
    if default not in _UNSET and default != (found.default_queue_type or DEFAULT_QUEUE_TYPE):
        entry["default_queue_type"] = default
    if vhost.get("tracing"):
        entry["tracing"] = True
    for limit, field in _LIMITS.items():
        if found.limits.get(limit, -1) >= 0:
            entry[field] = found.limits[limit]
    return name if len(entry) == 1 else entry
