"""An AMQP client, as services have one: it publishes with confirms, consumes and rejects."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import NackError, UnroutableError

from toolchain.node import Broker
from topology.urls import amqp_url, with_credentials

PERSISTENT = 2


@dataclass(frozen=True)
class Message:
    """What a consumer gets, and when."""

    body: str
    routing_key: str
    properties: Any
    tag: int
    at: float
    """Seconds on a clock that only goes forward."""

    @property
    def headers(self) -> dict[str, Any]:
        return self.properties.headers or {}

    @property
    def deaths(self) -> list[dict[str, Any]]:
        """What RabbitMQ notes of each queue that the message has left as a dead letter."""
        found: list[dict[str, Any]] = self.headers.get("x-death", [])
        return found


Decide = Callable[[Message], bool]
"""Whether a message is acknowledged; otherwise it is rejected."""


class Client:
    """A connection with one channel to the vhost of a stack."""

    def __init__(self, broker: Broker, vhost: str) -> None:
        url = with_credentials(amqp_url(broker.amqp, vhost), broker.username, broker.password)
        parameters = pika.URLParameters(url)
        parameters.heartbeat = 0
        self.connection = pika.BlockingConnection(parameters)
        self.channel: BlockingChannel = self.connection.channel()
        self.channel.confirm_delivery()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.connection.is_open:
            self.connection.close()

    def publish(
        self, exchange: str, routing_key: str, body: str = "message", **properties: Any
    ) -> bool:
        """Whether the broker took the message: it neither refused nor failed to route it."""
        try:
            self.channel.basic_publish(
                exchange,
                routing_key,
                body.encode(),
                pika.BasicProperties(delivery_mode=PERSISTENT, **properties),
                mandatory=True,
            )
        except (NackError, UnroutableError):
            return False
        return True

    def get(self, queue: str) -> Message | None:
        """One message, not acknowledged yet; None if there is none."""
        method, properties, body = self.channel.basic_get(queue)
        return None if method is None else _message(method, properties, body)

    def reject(self, message: Message) -> None:
        """Gives up on a message: it becomes a dead letter."""
        self.channel.basic_reject(message.tag, requeue=False)

    def ready(self, queue: str) -> int:
        """Messages that are ready at this very moment."""
        return int(self.channel.queue_declare(queue, passive=True).method.message_count)

    def drain(self, queue: str) -> list[Message]:
        """All messages that are ready; they are gone then."""
        found = []
        while (message := self.get(queue)) is not None:
            self.channel.basic_ack(message.tag)
            found.append(message)
        return found

    def consume(
        self,
        decide: Mapping[str, Decide],
        until: Callable[[], bool],
        *,
        seconds: float = 60,
        prefetch: int = 50,
    ) -> dict[str, list[Message]]:
        """Consumes from queues until there is no more to wait for, and gives what was delivered.

        `decide` says of each message of a queue whether it is acknowledged or rejected.
        """
        delivered: dict[str, list[Message]] = {queue: [] for queue in decide}

        def consumer(queue: str) -> Callable[[Any, Any, Any, bytes], None]:
            def handle(channel: Any, method: Any, properties: Any, body: bytes) -> None:
                message = _message(method, properties, body)
                delivered[queue].append(message)
                if decide[queue](message):
                    channel.basic_ack(message.tag)
                else:
                    channel.basic_reject(message.tag, requeue=False)

            return handle

        self.channel.basic_qos(prefetch_count=prefetch)
        tags = [self.channel.basic_consume(queue, consumer(queue)) for queue in decide]
        deadline = time.monotonic() + seconds
        while not until() and time.monotonic() < deadline:
            self.connection.process_data_events(0.05)
        for tag in tags:
            self.channel.basic_cancel(tag)
        return delivered


def _message(method: Any, properties: Any, body: bytes) -> Message:
    return Message(
        body.decode(), method.routing_key, properties, method.delivery_tag, time.monotonic()
    )
