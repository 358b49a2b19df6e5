"""A consumer with automatic recovery: it is left behind by no migration and no restart.

It consumes again when it is cancelled because its queue was deleted, when its connection is lost,
and when its queue is not there for a moment. A message is acknowledged after the work on it, so one
that was in work then comes again. Copy it into your own project: it needs pika and nothing of this
repository, and takes AMQP_URL and AMQP_QUEUE from its environment.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import Any

import pika
from pika.exceptions import AMQPError

PAUSE = 0.1
"""Seconds before it tries again."""
LOOK = 0.5
"""Seconds after which it looks whether it shall end, if no message comes."""


class Consumer:
    """Consumes from one queue until `ended` says so."""

    def __init__(
        self, url: str, queue: str, prefetch: int = 200, *, exclusive: bool = False
    ) -> None:
        self._parameters = pika.URLParameters(url)
        self._queue, self._prefetch, self._exclusive = queue, prefetch, exclusive
        self.stopping = False
        self.cancelled = 0
        """How often RabbitMQ has cancelled it."""

    @property
    def ended(self) -> bool:
        return self.stopping

    def take(self, body: bytes) -> None:
        """The work on one message. What it raises leaves the message in the queue."""
        sys.stdout.write(f"{body.decode(errors='replace')}\n")
        sys.stdout.flush()

    def run(self) -> None:
        """Goes on whatever becomes of the connection or the queue."""
        while not self.ended:
            try:
                self._consume()
            except (AMQPError, OSError):
                time.sleep(PAUSE)

    def _consume(self) -> None:
        link = pika.BlockingConnection(self._parameters)
        try:
            channel = link.channel()
            channel.basic_qos(prefetch_count=self._prefetch)
            messages = channel.consume(
                self._queue, exclusive=self._exclusive, inactivity_timeout=LOOK
            )
            for method, _, body in messages:
                if method is not None:
                    self.take(body)
                    channel.basic_ack(method.delivery_tag)
                if self.ended:
                    return
            self.cancelled += 1  # pika ends the iteration, and the connection stays.
        finally:
            if link.is_open:
                link.close()


def stop_on_term(consumer: Consumer) -> None:
    """SIGTERM is what container platforms send first."""

    def stop(*_: Any) -> None:
        consumer.stopping = True

    signal.signal(signal.SIGTERM, stop)


if __name__ == "__main__":
    found = Consumer(os.environ["AMQP_URL"], os.environ["AMQP_QUEUE"])
    stop_on_term(found)
    found.run()
