"""Binding resources."""

from __future__ import annotations

import json

import pulumi_rabbitmq as rabbitmq

from ..model import Binding
from .scope import Scope


def declare_binding(name: str, binding: Binding, scope: Scope) -> rabbitmq.Binding:
    """`name` is the logical one that the stack program gives it."""
    to_queue = binding.destination_type == "queue"
    logical_name = scope.place.logical_name(name)
    return rabbitmq.Binding(
        logical_name,
        vhost=scope.vhost_name,
        source=scope.exchange(binding.source),
        destination_type=binding.destination_type,
        destination=(scope.queue if to_queue else scope.exchange)(binding.destination),
        routing_key=binding.routing_key,
        # JSON keeps the types of arguments; the provider's plain map would send them all as text.
        arguments_json=json.dumps(binding.arguments, sort_keys=True) if binding.arguments else None,
        opts=scope.options(
            logical_name,
            scope.guards.binding(binding.source, binding.destination_type, binding.destination),
            scope.claims.options("Binding", name),
        ),
    )
