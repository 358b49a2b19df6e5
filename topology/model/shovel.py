"""Dynamic shovels: they move messages from one place to another, across brokers if need be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field, SecretStr

from .base import AtLeastOne, Count, Model, Name, RoutingKey, says

Protocol: TypeAlias = Literal["amqp091", "amqp10"]


class Shovel(Model):
    """A dynamic shovel. The provider replaces it on every change: it is stopped and made anew."""

    REFUSED: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("source_arguments", "source_consumer_args"),
        "the provider cannot give arguments to the shovel's consumer",
    )

    source_uri: SecretStr
    """`amqp[s]://…` where messages are taken from, in the Erlang client's dialect. Always treated
    as a secret."""
    source_queue: Name | None = None
    """Queue to take from: this, `source_exchange` or `source_address`."""
    source_exchange: Name | None = None
    """Exchange to take from, through a queue of the shovel's own."""
    source_exchange_key: RoutingKey | None = None
    """Binding key for `source_exchange`."""
    source_address: str | None = None
    """AMQP 1.0 address to take from."""
    source_protocol: Protocol = "amqp091"
    """Protocol of the source."""
    source_prefetch_count: AtLeastOne | None = None
    """Most unacknowledged messages in flight; RabbitMQ's default is 1000."""
    source_delete_after: Annotated[
        Literal["never", "queue-length"] | Count | None,
        says("must be never, queue-length or a number of messages"),
    ] = None
    """When the shovel deletes itself: never, after the messages that are there, or after so
    many."""
    destination_uri: SecretStr
    """`amqp[s]://…` where messages go. Always treated as a secret."""
    destination_queue: Name | None = None
    """Queue to publish to: this, `destination_exchange` or `destination_address`."""
    destination_exchange: Name | None = None
    """Exchange to publish to."""
    destination_exchange_key: Annotated[
        Annotated[RoutingKey, Field(min_length=1)] | None,
        says("must be text of 1 to 255 bytes; leave it out to keep each message's own key"),
    ] = None
    """Routing key to publish with; default: the message's own."""
    destination_address: str | None = None
    """AMQP 1.0 address to publish to."""
    destination_protocol: Protocol = "amqp091"
    """Protocol of the destination."""
    destination_add_forward_headers: bool = False
    """Whether messages get `x-shovelled` headers."""
    destination_add_timestamp_header: bool = False
    """Whether messages get an `x-shovelled-timestamp` header."""
    ack_mode: Literal["on-confirm", "on-publish", "no-ack"] = "on-confirm"
    """When a message is acknowledged at the source; only `on-confirm` loses none."""
    reconnect_delay: AtLeastOne = 1
    """Seconds to wait before reconnecting."""
