"""Another broker that queues come from: the one of a second stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from topology.broker import Management
from topology.broker.connection import Connection
from topology.problems import Problem

_CLUSTER: Final = "internal_cluster_id"
"""A broker makes it up when it first starts."""


@dataclass(frozen=True, slots=True)
class Source:
    """It stays as it is: messages leave it, and nothing is deleted there."""

    stack: str
    connection: Connection
    vhost: str
    uri: str
    """Where the stack's own broker reaches it: `amqp[s]://host[:port]`, perhaps with parameters of
    RabbitMQ's own URIs."""


def same_broker(own: Management, other: Management, source: Source) -> Problem | None:
    """A shovel from a queue into itself would never end. Raises `BrokerError`."""
    if _cluster(own) != _cluster(other):
        return None
    message = f"stack {source.stack} is on the same broker"
    hint = "name the queues in migrate: {from: …, vhost: …}, and leave --from out"
    return Problem((), message, hint)


def _cluster(management: Management) -> str:
    parameters = management.get("global-parameters")
    return next((entry["value"] for entry in parameters if entry["name"] == _CLUSTER), "")
