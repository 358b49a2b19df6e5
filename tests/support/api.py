"""What a broker itself says, past the program and past Pulumi."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from tests.features.eventually import eventually
from toolchain.node import Broker


class Api:
    """The management API. Paths are given in segments, each encoded, so that any name is safe."""

    def __init__(self, broker: Broker) -> None:
        self._client = httpx.Client(
            base_url=f"{broker.management}/api",
            auth=(broker.username, broker.password),
            timeout=150,  # RabbitMQ 4.0 deletes a vhost with links that do not come up slowly.
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def get(self, *path: str) -> Any:
        """The JSON at a path."""
        return self._client.get(_joined(path)).raise_for_status().json()

    def has(self, *path: str) -> bool:
        """Whether there is anything at a path."""
        return self._client.get(_joined(path)).is_success

    def put(self, *path: str, body: dict[str, Any] | None = None) -> None:
        """Makes something."""
        self._client.put(_joined(path), json=body or {}).raise_for_status()

    def post(self, *path: str, body: dict[str, Any]) -> Any:
        """Does something, and gives what is answered."""
        answer = self._client.post(_joined(path), json=body).raise_for_status()
        return answer.json() if answer.content else None

    def delete(self, *path: str) -> None:
        """Removes something, if it is there.

        RabbitMQ 4.3 now and then answers 500 when a vhost goes whose federation links are starting
        or ending. The links end by themselves, so it is asked again.
        """
        answer = self._client.delete(_joined(path))
        if path[0] == "vhosts" and answer.is_server_error:
            eventually(lambda: self._client.delete(_joined(path)).is_server_error, wanted=False)
        elif answer.status_code != httpx.codes.NOT_FOUND:
            answer.raise_for_status()

    def queues(self, vhost: str) -> dict[str, dict[str, Any]]:
        """The queues of a vhost, by name."""
        return {queue["name"]: queue for queue in self.get("queues", vhost)}

    def exchanges(self, vhost: str) -> dict[str, dict[str, Any]]:
        """The exchanges of a vhost, by name, without those that RabbitMQ makes itself."""
        found = {exchange["name"]: exchange for exchange in self.get("exchanges", vhost)}
        return {name: found[name] for name in found if name and not name.startswith("amq.")}

    def bindings(self, vhost: str) -> list[dict[str, Any]]:
        """The bindings of a vhost, without those of the default exchange."""
        return [binding for binding in self.get("bindings", vhost) if binding["source"]]

    def vhosts(self) -> set[str]:
        """The names of all vhosts."""
        return {vhost["name"] for vhost in self.get("vhosts")}

    def users(self) -> set[str]:
        """The names of all users."""
        return {user["name"] for user in self.get("users")}

    def publish(self, vhost: str, exchange: str, routing_key: str, **properties: Any) -> bool:
        """Whether a message was routed to a queue."""
        body = {
            "routing_key": routing_key,
            "payload": "message",
            "payload_encoding": "string",
            "properties": properties,
        }
        return bool(self.post("exchanges", vhost, exchange, "publish", body=body)["routed"])

    def until_sampled(self, vhost: str, queue: str, messages: int) -> None:
        """Waits until the broker's statistics, which lag, count so many messages in a queue."""

        def counted() -> int:
            return int(self.queues(vhost)[queue].get("messages", -1))

        eventually(counted, messages)

    def ready(self, vhost: str, queue: str) -> int:
        """How many messages are ready in a queue at this moment; they stay."""
        body = {"count": 1000, "ackmode": "ack_requeue_true", "encoding": "auto"}
        return len(self.post("queues", vhost, queue, "get", body=body))

    def take(self, vhost: str, queue: str) -> int:
        """How many messages were in a queue; they are gone then."""
        body = {"count": 1000, "ackmode": "ack_requeue_false", "encoding": "auto"}
        return len(self.post("queues", vhost, queue, "get", body=body))


def _joined(path: tuple[str, ...]) -> str:
    return "/" + "/".join(quote(segment, safe="") for segment in path)
