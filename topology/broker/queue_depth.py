"""Ready messages and consumers of a queue at this very moment.

The management API's counts are sampled. A passive declaration over AMQP asks the queue itself.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from pika import BlockingConnection
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError, ChannelClosedByBroker

from ..problems import Problem
from ..urls import amqp_url, with_credentials
from .amqp import open_amqp
from .error import BrokerError

if TYPE_CHECKING:
    from .connection import Connection

CONNECTION_NAME = "rabbitmq-topology"
"""By which the broker's list of connections tells these from those of clients."""

_NOT_FOUND = 404


class QueueDepth(NamedTuple):
    """What a passive declaration answers. For a quorum queue without a leader, both are 0."""

    ready: int
    consumers: int


def read_depth(channel: BlockingChannel, queue: str) -> QueueDepth | None:
    """None where the vhost has no queue of this name; the channel is closed then.

    Raises pika's errors, `ChannelClosedByBroker` where the user may not look at the queue.
    """
    try:
        declared = channel.queue_declare(queue, passive=True).method
    except ChannelClosedByBroker as closed:
        if closed.reply_code == _NOT_FOUND:
            return None
        raise
    return QueueDepth(declared.message_count, declared.consumer_count)


class QueueDepths:
    """Reads the depth of queues, over one AMQP connection for each vhost. Threads may share it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._links: dict[str, BlockingConnection] = {}
        self._channels: dict[str, BlockingChannel] = {}
        self._lock = threading.Lock()

    def of(self, vhost: str, queue: str) -> QueueDepth | None:
        """None where there is no queue of this name.

        Raises `BrokerError` if the broker cannot be asked over AMQP.
        """
        with self._lock:
            if vhost in self._links:
                # One that was idle for long may have been given up by the broker.
                with suppress(AMQPError):
                    return self._asked(vhost, queue)
                self._links.pop(vhost)
            self._channels.pop(vhost, None)
            self._links[vhost] = self._open(vhost)
            try:
                return self._asked(vhost, queue)
            except AMQPError:
                message = "the AMQP connection was lost"
                path = ("rabbitmq-topology:amqpEndpoint",)
                raise BrokerError([Problem(path, message, "run the same command again")]) from None

    def connected(self, vhost: str) -> bool:
        """Whether its own connection to a vhost is open, as an answer over it shows."""
        with self._lock, suppress(AMQPError):
            link = self._links.get(vhost)
            if link is not None and link.is_open:
                link.channel().close()
                return True
        return False

    def close(self) -> None:
        with self._lock:
            self._channels.clear()
            while self._links:
                _, link = self._links.popitem()
                with suppress(AMQPError):
                    link.close()

    def _open(self, vhost: str) -> BlockingConnection:
        connection = self._connection
        url = amqp_url(connection.amqp_endpoint, vhost)
        url = with_credentials(url, connection.username, connection.password)
        parameters = connection.amqp(url)
        parameters.client_properties = {"connection_name": CONNECTION_NAME}
        return open_amqp(parameters)

    def _asked(self, vhost: str, queue: str) -> QueueDepth | None:
        channel = self._channels.get(vhost)
        if channel is None or not channel.is_open:
            channel = self._channels[vhost] = self._links[vhost].channel()
        try:
            return read_depth(channel, queue)
        except ChannelClosedByBroker as closed:
            message = f"may not look at the queue ({closed.reply_code})"
            raise BrokerError([Problem(("rabbitmq:username",), message)]) from None
