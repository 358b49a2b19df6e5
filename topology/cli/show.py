"""The effective topology: what is left to declare once everything is merged, inherited, expanded
and settled. It is a config dict in its own right, and expands to itself."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from ..check import Checked
from ..model import Topology
from ..render.yaml_text import yaml_text
from .stack import SECRET

_HIDDEN_URI = "amqps://secret.invalid"
"""Stands for a URI, which `check` looks into; a host of this domain never exists."""

_ALWAYS_SHOWN = {"exchanges": ("type", "durable"), "queues": ("type", "durable")}
"""What an exchange or queue is, even where it is what it would be anyway."""


def effective(checked: Checked) -> str:
    """YAML text, with a comment for each thing that was worked out."""
    settled = checked.expanded.settled
    notes = "".join(f"# {note}\n" for note in settled.notes)
    return notes + yaml_text(as_dict(settled.topology))


def as_dict(topology: Topology) -> dict[str, Any]:
    """A topology as a config dict, without what goes without saying."""
    dumped: dict[str, Any] = topology.model_dump(
        by_alias=True, exclude_defaults=True, exclude_none=True
    )
    for section, fields in _ALWAYS_SHOWN.items():
        for name, entry in dumped.get(section, {}).items():
            declared = getattr(topology, section)[name]
            first = {field: getattr(declared, field) for field in fields}
            dumped[section][name] = {**first, **entry}
    hidden = _without_secrets(dumped)
    assert isinstance(hidden, dict)
    vhost = hidden["vhost"]
    return {**hidden, "vhost": vhost["name"] if list(vhost) == ["name"] else vhost}


def _without_secrets(value: Any, key: str = "") -> Any:
    if isinstance(value, SecretStr):
        return _HIDDEN_URI if key.endswith("uri") else str(SECRET)
    if isinstance(value, dict):
        return {name: _without_secrets(entry, name) for name, entry in value.items()}
    if isinstance(value, list):
        return [_without_secrets(entry) for entry in value]
    return value
