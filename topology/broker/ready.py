"""The number of messages ready in a queue at this very moment.

The management API's numbers are samples, up to five seconds old. AMQP's passive declaration asks
the queue itself.
"""

from __future__ import annotations

import threading
from contextlib import suppress

from pika import BlockingConnection
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError, ChannelClosedByBroker

from topology.broker.amqp import open_amqp
from topology.broker.connection import Connection
from topology.broker.error import BrokerError
from topology.problems import Problem
from topology.urls import amqp_url, with_credentials

CONNECTION_NAME = "rabbitmq-topology"
"""By which the broker's list of connections tells these from those of clients."""

_NOT_FOUND = 404


class ReadyCounts:
    """Asks queues, over one AMQP connection for each vhost. Threads may share it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._links: dict[str, BlockingConnection] = {}
        self._channels: dict[str, BlockingChannel] = {}
        self._lock = threading.Lock()

    def of(self, vhost: str, queue: str) -> tuple[int, int] | None:
        """(ready messages, consumers) of a queue, or None if there is none of this name.

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

    def _asked(self, vhost: str, queue: str) -> tuple[int, int] | None:
        channel = self._channels.get(vhost)
        if channel is None or not channel.is_open:
            channel = self._channels[vhost] = self._links[vhost].channel()
        try:
            declared = channel.queue_declare(queue, passive=True).method
        except ChannelClosedByBroker as closed:
            if closed.reply_code == _NOT_FOUND:
                return None
            message = f"may not look at the queue ({closed.reply_code})"
            raise BrokerError([Problem(("rabbitmq:username",), message)]) from None
        return declared.message_count, declared.consumer_count
