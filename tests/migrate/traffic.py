"""Publishers and consumers that go on through a migration, each a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pika

from tests.features.eventually import eventually
from toolchain.folders import PROJECT
from toolchain.node import Broker

_SECONDS = 900
"""A consumer that lags behind has much to go on with."""
ENDLESS = 10**9


def url_of(broker: Broker, vhost: str) -> str:
    """Where clients connect."""
    scheme, address = broker.amqp.split("://")
    return f"{scheme}://{broker.username}:{broker.password}@{address}/{quote(vhost, safe='')}"


@dataclass
class Balance:
    """What became of the messages of one publisher."""

    confirmed: int = 0
    lost: list[int] = field(default_factory=list)
    twice: int = 0
    again: int = 0
    """Messages that the publisher itself has published more than once."""
    returned: int = 0
    cancelled: int = 0
    """How often the consumer was cancelled."""
    out_of_order: int = 0


class Traffic:
    """One publisher and one consumer of one queue."""

    def __init__(self, url: str, exchange: str, key: str, queue: str) -> None:
        self._url, self._exchange, self._key, self._queue = url, exchange, key, queue
        self._publisher: subprocess.Popen[str] | None = None
        self._consumer: subprocess.Popen[str] | None = None
        self._published: list[dict[str, Any]] = []

    def publish(self, rate: float = 500, most: int = ENDLESS, first: int = 0) -> None:
        """Begins to publish messages with numbers below `most`."""
        numbers = (str(most), str(first))
        where = (self._url, self._exchange, self._key)
        self._publisher = started("publish", *where, str(rate), *numbers)

    def consume(self, **settings: Any) -> None:
        """Begins to consume."""
        self._consumer = started("consume", self._url, self._queue, json.dumps(settings))

    def wait(self) -> int:
        """For a publisher that publishes a number of messages; returns it."""
        assert self._publisher
        return ended(self._publisher)["confirmed"]  # type: ignore[no-any-return]

    def consumed(self) -> dict[str, Any]:
        """Stops the consumer alone once the queue is empty, and returns what it has counted."""
        assert self._consumer
        eventually(self._ready, 0, _SECONDS)
        self._consumer.terminate()
        return ended(self._consumer)

    def _ready(self) -> int:
        """Messages of the queue that are not delivered yet."""
        with pika.BlockingConnection(pika.URLParameters(self._url)) as link:
            declared = link.channel().queue_declare(self._queue, passive=True)
            return int(declared.method.message_count)

    def balance(self) -> Balance:
        """Stops both, the publisher first, and compares."""
        assert self._publisher and self._consumer
        self._publisher.terminate()
        sent = ended(self._publisher)
        got = self.consumed()
        seen = set(got["seen"])
        return Balance(
            confirmed=sent["confirmed"],
            lost=[number for number in range(sent["confirmed"]) if number not in seen],
            twice=sum(got["twice"].values()),
            again=sent["again"],
            returned=sent["returned"],
            cancelled=got["cancelled"],
            out_of_order=got["out_of_order"],
        )

    def kill(self) -> None:
        """Ends what a failed test has left."""
        for process in (self._publisher, self._consumer):
            if process is not None and process.poll() is None:
                process.kill()
                process.communicate()


def ended(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What a publisher or consumer that was told to end has counted."""
    text, _ = process.communicate(timeout=_SECONDS)
    counts: dict[str, Any] = json.loads(text)
    return counts


def started(module: str, *arguments: str) -> subprocess.Popen[str]:
    """A publisher or consumer, or the migration itself, as a process."""
    return subprocess.Popen(
        [sys.executable, "-m", f"tests.migrate.{module}", *arguments],
        cwd=Path(PROJECT),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if module == "carry" else None,
        text=True,
    )


@contextmanager
def traffic(url: str, exchange: str, key: str, queue: str) -> Iterator[Traffic]:
    """Traffic that has ended when the test has."""
    found = Traffic(url, exchange, key, queue)
    try:
        yield found
    finally:
        found.kill()
