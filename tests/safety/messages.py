"""Messages that must survive: each is known by its body, put there and read back over AMQP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self
from urllib.parse import quote

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError, ChannelClosedByBroker

from toolchain.node import Broker

_SECONDS = 60
"""So long is waited for messages that are missing, and for nothing else."""

_PERSISTENT = pika.BasicProperties(delivery_mode=2)


class Messages:
    """What was put into the queues of one vhost, and whether it is still there."""

    def __init__(self, broker: Broker, vhost: str, streams: Collection[str] = ()) -> None:
        scheme, address = broker.amqp.split("://")
        login = f"{quote(broker.username, safe='')}:{quote(broker.password, safe='')}"
        parameters = pika.URLParameters(f"{scheme}://{login}@{address}/{quote(vhost, safe='')}")
        parameters.heartbeat = 0
        self._parameters = parameters
        self._streams = streams
        self._expected: dict[str, Counter[str]] = {}
        self._holding: list[pika.BlockingConnection] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.let_go()

    def put(self, queue: str, count: int = 3, exchange: str = "") -> None:
        """Publishes messages that the broker confirms to have, by the queue's name as the key."""
        expected = self._expected.setdefault(queue, Counter())
        with self._channel() as channel:
            channel.confirm_delivery()
            for _ in range(count):
                body = f"{queue} {expected.total() + 1}"
                channel.basic_publish(exchange, queue, body.encode(), _PERSISTENT, mandatory=True)
                expected[body] += 1

    def hold(self, queue: str, count: int = 1) -> None:
        """Takes messages without acknowledging them, by basic.get."""
        channel = self._holder()
        for _ in range(count):
            method, _, _ = channel.basic_get(queue)
            assert method, f"nothing was ready in {queue}"

    def consume(self, queue: str, prefetch: int = 10, *, exclusive: bool = False) -> None:
        """Consumes, and acknowledges nothing."""
        channel = self._holder()
        channel.basic_qos(prefetch_count=prefetch)
        channel.basic_consume(queue, lambda *_: None, exclusive=exclusive)
        self._holding[-1].process_data_events(0.3)

    def let_go(self) -> None:
        """Disconnects those that hold and consume."""
        for link in self._holding:
            with suppress(AMQPError):
                link.close()
        self._holding.clear()

    def forget(self, queue: str) -> None:
        """Expects nothing of a queue any more."""
        self._expected.pop(queue, None)

    def gone(self) -> dict[str, list[str]]:
        """Bodies that are missing or came twice, by queue, once everything is let go."""
        self.let_go()
        different = {}
        for queue, expected in self._expected.items():
            found = Counter(self._read(queue, expected.total()))
            if found != expected:
                different[queue] = sorted([*(expected - found), *(found - expected)])
        return different

    def _read(self, queue: str, count: int) -> Iterator[str]:
        """Reads a queue to its end and leaves it as it was."""
        with self._channel() as channel:
            try:
                ready: int = channel.queue_declare(queue, passive=True).method.message_count
            except ChannelClosedByBroker:
                return
            if not (count := max(ready, count)):
                return
            stream = queue in self._streams
            arguments = {"x-stream-offset": "first"} if stream else {}
            channel.basic_qos(prefetch_count=count)
            for read, (method, _, body) in enumerate(
                channel.consume(queue, arguments=arguments, inactivity_timeout=_SECONDS), 1
            ):
                if method is None:
                    return
                yield body.decode()
                if read == count:
                    return

    @contextmanager
    def _channel(self) -> Iterator[BlockingChannel]:
        link = pika.BlockingConnection(self._parameters)
        try:
            yield link.channel()
        finally:
            link.close()

    def _holder(self) -> BlockingChannel:
        self._holding.append(pika.BlockingConnection(self._parameters))
        channel: BlockingChannel = self._holding[-1].channel()
        return channel
