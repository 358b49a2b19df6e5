"""A binding on the broker → its declaration."""

from __future__ import annotations

from typing import Any

from ..broker.state import LiveBinding


def binding_entry(binding: LiveBinding) -> dict[str, Any]:
    entry: dict[str, Any] = {"source": binding.source, "destination": binding.destination}
    if binding.destination_type != "queue":
        entry["destination_type"] = binding.destination_type
    if binding.routing_key:
        entry["routing_key"] = binding.routing_key
    if binding.arguments:
        entry["arguments"] = dict(binding.arguments)
    return entry
