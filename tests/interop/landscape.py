"""Vhosts and users with awkward names on a real broker, and the outputs of their stacks."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from tests.interop.awkward import ACCOUNTS, DEFAULT, NAMES, VHOSTS
from tests.interop.delivery import Delivery
from tests.support.api import Api
from toolchain.node import Broker
from topology.model import Topology
from topology.outputs import outputs
from topology.urls import with_credentials

_ALL = ".*"
_NOTHING = ""


@dataclass(frozen=True)
class Place:
    """An exchange bound to a queue in a vhost, and the outputs of the stack that declares them."""

    vhost: str
    exchange: str
    queue: str
    routing_key: str
    outputs: dict[str, Any]

    @classmethod
    def of(cls, vhost: str, name: str, amqp_endpoint: str) -> Place:
        exchange, queue, key = f"exchange {name}", f"queue {name}", f"key {name}"
        topology = Topology.model_validate(
            {
                "vhost": vhost,
                "exchanges": {exchange: {"type": "direct"}},
                "queues": {queue: {}},
                "bindings": [{"source": exchange, "destination": queue, "routing_key": key}],
            }
        )
        return cls(vhost, exchange, queue, key, outputs(topology, amqp_endpoint, {}, {}))

    def delivery(self, output: str, account: tuple[str, str] | None = None) -> Delivery:
        """A delivery that connects with this output; without an account, exactly as it stands."""
        url = self.outputs[output]
        return Delivery(
            url=with_credentials(url, *account) if account else url,
            exchange_url=self.outputs["exchange_url"],
            queue_url=self.outputs["queue_url"],
            routing_key=self.routing_key,
            body=f"größe {secrets.token_hex(8)}",
        )


class Landscape:
    """Made when entered, removed when left; nothing else on the broker is touched.

    No two vhosts have a queue of the same name: a client that finds the queue is in the right one.
    """

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._token = secrets.token_hex(4)
        self._api = Api(broker)
        self._made: list[tuple[str, ...]] = []
        self._in_vhost: dict[str, Place] = {}
        self._named: dict[str, Place] = {}

    def __enter__(self) -> Self:
        try:
            for label in ACCOUNTS:
                user, password = self.account(label)
                self._make("users", user, body={"password": password, "tags": ""})
            for label, vhost in VHOSTS.items():
                made = self._make_vhost(vhost if label == DEFAULT else self._own(vhost))
                self._in_vhost[label] = self._make_place(made, f"#1/{label} a+b: c@d")
            for label, name in NAMES.items():
                self._named[label] = self._make_place(self._in_vhost["plain"].vhost, name)
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._remove()

    def in_vhost(self, label: str) -> Place:
        """The exchange and the queue in the vhost under this label."""
        return self._emptied(self._in_vhost[label])

    def named(self, label: str) -> Place:
        """The exchange and the queue whose names are under this label."""
        return self._emptied(self._named[label])

    def account(self, label: str) -> tuple[str, str]:
        """Name and password of the user under this label."""
        user, password = ACCOUNTS[label]
        return self._own(user), password

    def publish(self, place: Place) -> None:
        """Somebody else's message, in the queue now."""
        assert self._api.publish(place.vhost, place.exchange, place.routing_key)

    def take(self, place: Place) -> list[dict[str, Any]]:
        """The messages that were in the queue; it is empty now."""
        body = {"count": 1000, "ackmode": "ack_requeue_false", "encoding": "auto"}
        taken: list[dict[str, Any]] = self._api.post(
            "queues", place.vhost, place.queue, "get", body=body
        )
        return taken

    def _own(self, name: str) -> str:
        return f"{name} {self._token}"

    def _emptied(self, place: Place) -> Place:
        # A test that failed half-way must not leave its message to the next.
        self._api.delete("queues", place.vhost, place.queue, "contents")
        return place

    def _make_vhost(self, vhost: str) -> str:
        if vhost != VHOSTS[DEFAULT]:
            self._make("vhosts", vhost)
            self._allow(vhost, self._broker.username, configure=_ALL)
            for label in ACCOUNTS:
                self._allow(vhost, self.account(label)[0], configure=_NOTHING)
        return vhost

    def _make_place(self, vhost: str, name: str) -> Place:
        place = Place.of(vhost, self._own(name), self._broker.amqp)
        self._make("exchanges", vhost, place.exchange, body={"type": "direct", "durable": True})
        self._make("queues", vhost, place.queue, body={"durable": True})
        binding = ("bindings", vhost, "e", place.exchange, "q", place.queue)
        self._api.post(*binding, body={"routing_key": place.routing_key})
        return place

    def _allow(self, vhost: str, user: str, *, configure: str) -> None:
        body = {"configure": configure, "write": _ALL, "read": _ALL}
        self._api.put("permissions", vhost, user, body=body)

    def _make(self, *path: str, body: dict[str, Any] | None = None) -> None:
        self._api.put(*path, body=body)
        self._made.append(path)

    def _remove(self) -> None:
        with self._api:
            for path in reversed(self._made):
                self._api.delete(*path)
