"""Another broker that queues come from: the one of a second stack."""

from __future__ import annotations

from dataclasses import dataclass

from ..broker import BrokerReader
from ..broker.connection import Connection
from ..problems import Problem


@dataclass(frozen=True, slots=True)
class Source:
    """It stays as it is: messages leave it, and nothing is deleted there."""

    stack: str
    connection: Connection
    vhost: str
    uri: str
    """Where the stack's own broker reaches it: `amqp[s]://host[:port]`, perhaps with parameters of
    RabbitMQ's own URIs."""


def same_broker(own: BrokerReader, other: BrokerReader, source: Source) -> Problem | None:
    """A shovel from a queue into itself would never end. Raises `BrokerError`."""
    if own.cluster_id() != other.cluster_id():
        return None
    message = f"stack {source.stack} is on the same broker"
    hint = "name the queues in migrate: {from: …, vhost: …}, and leave --from out"
    return Problem((), message, hint)
