"""Bindings of one queue, as the broker tells them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from ..binding_label import binding_label
from ..broker.state import LiveBinding
from ..model import Binding


@dataclass(frozen=True, slots=True)
class Route:
    """Where the messages of a queue come from. Equal where RabbitMQ would see one binding."""

    source: str
    routing_key: str
    canonical: str = "{}"
    """The arguments as JSON."""
    properties_key: str = field(default="", compare=False)
    """By which the management API deletes it."""

    @classmethod
    def on_broker(cls, found: LiveBinding) -> Self:
        canonical = _canonical(found.arguments)
        return cls(found.source, found.routing_key, canonical, found.properties_key)

    @classmethod
    def declared(cls, binding: Binding) -> Self:
        return cls(binding.source, binding.routing_key, _canonical(binding.arguments))

    @property
    def arguments(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.canonical)
        return found

    def label(self, queue: str) -> str:
        canonical = "" if self.canonical == "{}" else self.canonical
        return binding_label(self.source, "queue", queue, self.routing_key, canonical)


def _canonical(arguments: Mapping[str, Any]) -> str:
    return json.dumps(arguments, sort_keys=True)
