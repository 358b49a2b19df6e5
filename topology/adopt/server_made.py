"""What RabbitMQ, its plugins and clients make for themselves: nobody declares it."""

from __future__ import annotations

from typing import Final

from ..broker.state import LiveExchange, LiveQueue
from ..drift.ignore import comes_and_goes, named_by_rabbitmq

GUEST: Final = "guest"
GUEST_REASON: Final = "RabbitMQ's own user"
_FEDERATION: Final = "x-federation-upstream"
"""Type of the exchanges that federation makes on the upstream's side."""
_OWN_GLOBAL_PARAMETERS: Final = frozenset(
    {"cluster_name", "cluster_tags", "internal_cluster_id", "imported_definition_hash_value"}
)


def queue_reason(name: str, queue: LiveQueue) -> str | None:
    """Why a queue is nobody's to declare; None for all others."""
    if named_by_rabbitmq(name):
        return "RabbitMQ made up its name for a client"
    if queue.exclusive:
        return "exclusive: it belongs to a connection and goes with it"
    if queue.auto_delete:
        return "auto-delete: it goes with its last consumer"
    return "a plugin made it for itself" if comes_and_goes(queue) else None


def exchange_reason(name: str, exchange: LiveExchange) -> str | None:
    """The same of an exchange."""
    if not name:
        return "the default exchange"
    if named_by_rabbitmq(name):
        return "an exchange that every vhost has"
    if exchange.auto_delete:
        return "auto-delete: it goes with its last binding"
    if exchange.type == _FEDERATION or comes_and_goes(exchange):
        return "a plugin made it for itself"
    return None


def global_parameter_is_own(name: str) -> bool:
    return name in _OWN_GLOBAL_PARAMETERS
