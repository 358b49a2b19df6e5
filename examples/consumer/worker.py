"""A small worker: publishes a message to an exchange and takes it from a queue.

All it knows is in its environment: AMQP_URL, with a user of its own that may do this and nothing
else, AMQP_EXCHANGE and AMQP_QUEUE, which come from the stack's outputs, and ROUTING_KEY.
Copy it into your own project: it needs pika and nothing of this repository.
"""

# ruff: noqa: T201 - what it prints is what it is for
from __future__ import annotations

import logging
import os
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pika
from pika import exceptions

PATIENCE = 10.0
"""Seconds for each step."""
LIFETIME = 60.0
"""Seconds until the broker drops a message whose worker died before taking it."""
PREFETCH = 100
"""How many messages of others may stand before the worker's own."""


class WorkerError(Exception):
    """The message was not sent or did not arrive; the text says why in one sentence."""


def main(text: str) -> None:
    url, key = setting("AMQP_URL"), setting("ROUTING_KEY")
    exchange, queue = setting("AMQP_EXCHANGE"), setting("AMQP_QUEUE")
    with channel_to(url) as incoming, channel_to(url) as outgoing:
        require_empty(incoming, queue)
        message_id = publish(outgoing, exchange, key, text)
        print(f"published {text!r} to exchange {exchange!r} with key {key!r}: confirmed")
        received = receive(incoming, queue, message_id)
        print(f"received  {received!r} from queue {queue!r}: acknowledged")


def require_empty(channel: Any, queue: str) -> None:
    """Taking others' messages and giving them back would count as failed deliveries.

    A quorum queue drops a message after some of these, 20 by default.
    """
    waiting = channel.queue_declare(queue, passive=True).method.message_count
    if waiting:
        raise WorkerError(
            f"The queue {queue!r} holds messages of others ({waiting}), which stand before what "
            "this worker would publish; have them consumed first."
        )


def publish(channel: Any, exchange: str, key: str, text: str) -> str:
    """Returns once the broker has the message in a queue: mandatory, and confirmed."""
    message_id = str(uuid.uuid4())
    properties = pika.BasicProperties(
        message_id=message_id,
        content_type="text/plain",
        delivery_mode=pika.DeliveryMode.Persistent,
        expiration=f"{LIFETIME * 1000:.0f}",
    )
    channel.confirm_delivery()
    try:
        channel.basic_publish(exchange, key, text.encode(), properties, mandatory=True)
    except exceptions.UnroutableError:
        raise WorkerError(
            f"The exchange {exchange!r} put the message in no queue: none is bound to it with the "
            f"routing key {key!r}."
        ) from None
    except exceptions.NackError:
        raise WorkerError(
            f"The broker refused the message: a queue behind the exchange {exchange!r} is full."
        ) from None
    return message_id


def receive(channel: Any, queue: str, message_id: str) -> str:
    """Acknowledges the one message; others that came in between go back where they were."""
    channel.basic_qos(prefetch_count=PREFETCH)
    for method, properties, body in channel.consume(queue, inactivity_timeout=PATIENCE):
        if method is None:
            break
        if properties.message_id == message_id:
            channel.basic_ack(method.delivery_tag)
            return str(body.decode())
    raise WorkerError(
        f"The message did not arrive in the queue {queue!r} within {PATIENCE:.0f} s: its routing "
        f"key leads elsewhere, another consumer took it, or {PREFETCH} others stand before it."
    )


def setting(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise WorkerError(f"{name} is not set; take it from the stack's outputs.")
    return value


@contextmanager
def channel_to(url: str) -> Iterator[Any]:
    """A channel to where the URL leads: it connects as it stands."""
    try:
        parameters = pika.URLParameters(url)
    except ValueError:
        # Its text may hold a part of the URL, and the URL a password.
        raise WorkerError("AMQP_URL has no HOST:PORT that can be read.") from None
    username = parameters.credentials.username
    # A broker without memory or disk left blocks publishers, which would wait for ever.
    parameters.blocked_connection_timeout = PATIENCE
    where = f"{parameters.host}:{parameters.port}"
    try:
        with pika.BlockingConnection(parameters) as connection, connection.channel() as channel:
            yield channel
    except exceptions.ProbableAuthenticationError:
        raise WorkerError(
            f"The broker at {where} refuses the user {username!r} with this password; take the "
            "URL from the stack's outputs again."
        ) from None
    except exceptions.ProbableAccessDeniedError:
        raise WorkerError(
            f"The broker at {where} has no vhost {parameters.virtual_host!r} for the user "
            f"{username!r}."
        ) from None
    except (exceptions.ConnectionClosedByBroker, exceptions.ChannelClosedByBroker) as error:
        raise WorkerError(f"The broker at {where} refuses: {error.reply_text}.") from None
    except exceptions.ConnectionBlockedTimeout:
        raise WorkerError(f"The broker at {where} takes no messages: see its alarms.") from None
    except (exceptions.AMQPConnectionError, OSError):
        raise WorkerError(f"No RabbitMQ answers at {where}: is it running?") from None


if __name__ == "__main__":
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    try:
        main(" ".join(sys.argv[1:]) or "Hello from the consumer")
    except WorkerError as error:
        sys.exit(f"error: {error}")
