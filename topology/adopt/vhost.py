"""A vhost on the broker → its declaration."""

from __future__ import annotations

from typing import Any, Final

from ..broker.state import LiveVhost, VhostState

_LIMITS: Final = {"max-connections": "max_connections", "max-queues": "max_queues"}


def vhost_entry(name: str, found: VhostState, *, existing: bool) -> str | dict[str, Any]:
    """The vhost's name alone, or a map where there is more to say. A default queue type is written
    unless it is the broker's own; a definitions file tells of none."""
    if existing:
        return {"name": name, "existing": True}
    vhost = found.vhost or LiveVhost(name)
    entry: dict[str, Any] = {"name": name}
    if vhost.description:
        entry["description"] = vhost.description
    default = vhost.default_queue_type
    if default is not None and default != found.default_queue_type:
        entry["default_queue_type"] = default
    if vhost.tracing:
        entry["tracing"] = True
    for limit, field in _LIMITS.items():
        if found.limits.get(limit, -1) >= 0:
            entry[field] = found.limits[limit]
    return name if len(entry) == 1 else entry
