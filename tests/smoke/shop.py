"""A small shop on a broker: what is declared, and what clients do with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel

from tests.support.api import Api
from tests.support.stack import Said, Stack

UP = ("up", "--yes", "--skip-preview")
ALL_AT_ONCE = (*UP, "--continue-on-error")
DESTROY = ("destroy", "--yes", "--skip-preview", "--run-program", "--continue-on-error")
USED = ("packing", "billing", "audit", "lent", "watched")
"""Queues in use: with ready messages, as a quorum queue, as a stream, with unacknowledged messages,
with a consumer."""


class Shop:
    """The stack, its broker, and its services' clients."""

    def __init__(self, stack: Stack, api: Api) -> None:
        self.stack, self.api, self.vhost = stack, api, stack.vhost
        self.sender, self.packer = (f"{stack.token}-{name}" for name in ("sender", "packer"))

    def declared(self, *without: str, **changes: Any) -> dict[str, Any]:
        """The config dict, without some queues and their bindings."""
        queues: dict[str, Any] = {
            "packing": {"message_ttl": 3_600_000},
            "billing": {"type": "quorum"},
            "audit": {"type": "stream"},
            "lent": {},
            "watched": {},
            "urgent": {"arguments": {"x-max-priority": 5}},
            "idle": {},
        }
        left = {name: queue for name, queue in queues.items() if name not in without}
        return {
            "vhost": self.vhost,
            "exchanges": {"orders": {"type": "topic"}, "quiet": {}},
            "queues": left,
            "bindings": [
                {"source": "orders", "destination": name, "routing_key": f"{name}.#"}
                for name in left
            ],
            "services": {
                self.sender: {"publishes": {"orders": ["packing.#"]}},
                self.packer: {"consumes": ["packing"]} if "packing" in left else {},
            },
            **changes,
        }

    def apply(self, config: dict[str, Any] | None = None) -> Said:
        """Applies a config dict, which has to go well."""
        said = self.attempt(config or self.declared())
        assert said.code == 0, said.text
        return said

    def attempt(self, config: dict[str, Any], *command: str) -> Said:
        """Applies it, or runs another command of Pulumi on it."""
        self.stack.configure(config)
        return self.stack.run(*(command or UP))

    def url(self, service: str) -> str:
        """What the output `services` has for one of them."""
        return str(self.stack.outputs()["services"].value[service]["url"])

    def publish(self, *queues: str) -> None:
        """One confirmed message to each."""
        for queue in queues:
            assert self.api.publish(self.vhost, "orders", f"{queue}.new", delivery_mode=2)

    def take(self, queue: str) -> int:
        """How many messages were in a queue; they are gone then. What statistics count of them
        afterwards must stand in the way of nothing."""
        return self.api.take(self.vhost, queue)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """A message in each queue; those of `lent` are unacknowledged, `watched` has a consumer."""
        self.publish(*(queue for queue in USED if queue != "watched"))
        broker = self.stack.broker
        parameters = pika.URLParameters(f"{broker.amqp}/{self.vhost}")
        parameters.credentials = pika.PlainCredentials(broker.username, broker.password)
        # The run takes longer than a heartbeat, and nothing answers one meanwhile.
        parameters.heartbeat = 0
        with pika.BlockingConnection(parameters) as connection:
            channel = connection.channel()
            held, _, _ = channel.basic_get("lent")
            assert held is not None
            channel.basic_consume("watched", lambda *_: None)
            yield


@contextmanager
def client(url: str) -> Iterator[BlockingChannel]:
    """A client that has nothing but a URL."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        yield connection.channel()
