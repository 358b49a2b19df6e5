"""An AMQP connection: what only the broker's queues themselves can tell, and the lock."""

from __future__ import annotations

import time
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError, ChannelClosedByBroker

from ..broker.amqp import open_amqp
from ..broker.connection import Connection
from ..broker.error import BrokerError
from ..broker.queue_depth import QueueDepth, read_depth
from ..problems import Problem
from ..urls import amqp_url, with_credentials
from .model import Halted
from .move import Place
from .source import Source

_HEARTBEAT_SECONDS: Final = 10
_LOCK_SECONDS: Final = 30
"""A broker that lost its network to the holder finds out after two heartbeats."""

_LOCKED: Final = 405


class Link:
    """Counts messages at this very moment, and holds the lock of one migration.

    Every method raises `BrokerError` where the connection is gone; the lock is gone with it.
    """

    def __init__(self, connection: Connection, vhost: str, source: Source | None = None) -> None:
        """`source` is the other broker, if the old queue is there."""
        self._connections = {"": connection}
        if source is not None:
            self._connections[source.stack] = source.connection
        self._home = ("", vhost)
        self._links = {self._home: self._connected(*self._home)}
        self._channels: dict[tuple[str, str], BlockingChannel] = {}

    def _connected(self, broker: str, vhost: str) -> pika.BlockingConnection:
        connection = self._connections[broker]
        url = amqp_url(connection.amqp_endpoint, vhost)
        login = with_credentials(url, connection.username, connection.password)
        parameters = connection.amqp(login)
        parameters.heartbeat = _HEARTBEAT_SECONDS
        return open_amqp(parameters)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for link in self._links.values():
            with suppress(AMQPError, OSError):
                if link.is_open:
                    link.close()

    def lock(self, name: str) -> None:
        """An exclusive queue belongs to one connection, and goes with it, however it ends.

        Raises `Halted` if another run has it.
        """
        deadline = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                channel = self._links[self._home].channel()
                arguments = {"x-queue-type": "classic"}
                channel.queue_declare(name, exclusive=True, arguments=arguments)
            except ChannelClosedByBroker as closed:
                if closed.reply_code != _LOCKED:
                    raise _lost(closed.reply_text) from None
                if time.monotonic() > deadline:
                    message = "another run of migrate is at work on it; wait until that has ended"
                    raise Halted(message) from None
                self.pause(1)
            except (AMQPError, OSError) as error:
                raise _lost(type(error).__name__) from None
            else:
                return

    def count(self, place: Place) -> QueueDepth | None:
        """At this very moment; None if there is no such queue."""
        try:
            where = (place.broker, place.vhost)
            channel = self._channels.get(where)
            if channel is None or not channel.is_open:
                channel = self._channels[where] = self._link(*where).channel()
            return read_depth(channel, place.queue)
        except ChannelClosedByBroker as closed:
            raise _lost(closed.reply_text) from None
        except (AMQPError, OSError) as error:
            raise _lost(type(error).__name__) from None

    def _link(self, broker: str, vhost: str) -> pika.BlockingConnection:
        where = (broker, vhost)
        if where not in self._links:
            self._links[where] = self._connected(broker, vhost)
        return self._links[where]

    def pause(self, seconds: float) -> None:
        """Waits, and answers the broker's heartbeats meanwhile."""
        try:
            for link in self._links.values():
                link.sleep(seconds if link is self._links[self._home] else 0)
        except (AMQPError, OSError) as error:
            raise _lost(type(error).__name__) from None


def _lost(reason: str) -> BrokerError:
    message = f"the broker cannot be asked over AMQP ({reason})"
    hint = "let this machine reach it, and give the user access to the vhost"
    return BrokerError([Problem(("rabbitmq-topology:amqpEndpoint",), message, hint)])
