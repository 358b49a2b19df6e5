"""Bindings: the routes from an exchange to a queue or to another exchange."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field

from .base import Arguments, Model, Name, RoutingKey

DestinationType: TypeAlias = Literal["queue", "exchange"]


class Binding(Model):
    """A binding. Two bindings that agree in every field are one and the same for RabbitMQ."""

    source: Name
    """Exchange that messages come from."""
    destination: Name
    """Queue or exchange that messages go to."""
    destination_type: DestinationType = "queue"
    """What `destination` names."""
    routing_key: RoutingKey = ""
    """Binding key; its meaning is the exchange type's. Fanout and headers exchanges ignore it."""
    arguments: Arguments = Field(default_factory=dict)
    """Arguments with their types; a headers exchange matches on them (`x-match` and headers)."""
