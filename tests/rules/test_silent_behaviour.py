"""What RabbitMQ does without a word, and check warns of: seen on real brokers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import httpx
import pytest

from tests.support.api import Api
from toolchain.node import Broker
from topology.broker import Management
from topology.broker.reader import BrokerReader
from topology.version import DENIED_SINCE, TRANSIENT_QUEUES

VHOST: Final = "silent"
SECONDS: Final = 90.0
"""For queues to expire messages, and for the statistics to follow."""

_AT_LEAST_ONCE: Final = {
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}


@pytest.fixture
def api(each_broker: Broker) -> Iterator[Api]:
    with Api(each_broker) as opened:
        opened.delete("vhosts", VHOST)
        opened.put("vhosts", VHOST)
        rights = {"configure": ".*", "write": ".*", "read": ".*"}
        opened.put("permissions", VHOST, each_broker.username, body=rights)
        yield opened
        opened.delete("vhosts", VHOST)


def declare(api: Api, name: str, kind: str = "classic", **arguments: Any) -> None:
    """A queue whose arguments are given without their `x-`, as in `message_ttl=5`."""
    raw = {f"x-{key.replace('_', '-')}": value for key, value in arguments.items()}
    body = {"durable": True, "arguments": {"x-queue-type": kind, **raw}}
    api.put("queues", VHOST, name, body=body)


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether it comes true in time."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.25)
    return condition()


def publish(api: Api, queue: str) -> None:
    """A message to a queue, by its name."""
    assert api.publish(VHOST, "amq.default", queue, delivery_mode=2)


@pytest.mark.parametrize("kind", ["classic", "quorum"])
def test_a_message_that_expires_round_is_lost(api: Api, kind: str) -> None:
    back = {"message_ttl": 200, "dead_letter_exchange": ""}
    declare(api, "a", kind, **back, dead_letter_routing_key="b")
    declare(api, "b", kind, **back, dead_letter_routing_key="a")
    declare(api, "c", kind, **back, dead_letter_routing_key="d")
    declare(api, "d", kind)
    publish(api, "a")
    publish(api, "c")
    assert eventually(lambda: api.take(VHOST, "d") == 1)
    # What circles is seen by one of so many looks.
    assert eventually(lambda: not any(api.ready(VHOST, name) for name in "ab" * 5))


def test_at_least_once_keeps_what_comes_round_for_ever(api: Api) -> None:
    key = {"dead_letter_exchange": "", "dead_letter_routing_key": "a", "message_ttl": 200}
    body = {"x-queue-type": "quorum", **_AT_LEAST_ONCE}
    raw = {f"x-{name.replace('_', '-')}": value for name, value in key.items()}
    api.put("queues", VHOST, "a", body={"durable": True, "arguments": {**body, **raw}})
    publish(api, "a")

    def kept() -> bool:
        queue = api.get("queues", VHOST, "a")
        return bool(queue.get("messages") == 1 and queue.get("messages_ready") == 0)

    assert eventually(kept)
    assert api.take(VHOST, "a") == 0


def test_quorum_queues_take_reject_publish_dlx_for_drop_head(api: Api) -> None:
    limits = {"max_length": 2, "overflow": "reject-publish-dlx", "dead_letter_exchange": ""}
    declare(api, "q", "quorum", **limits, dead_letter_routing_key="dead")
    declare(api, "dead")
    for _ in range(5):
        publish(api, "q")
    assert eventually(lambda: api.get("queues", VHOST, "dead").get("messages", 0) >= 3)


def test_a_policy_with_a_key_of_another_type_is_passed_over(api: Api) -> None:
    policy = {"pattern": ".*", "apply-to": "all"}
    low = {**policy, "priority": 0, "definition": {"max-length-bytes": 5000}}
    high = {**policy, "priority": 5, "definition": {"max-length": 5, "delivery-limit": 3}}
    api.put("policies", VHOST, "low", body=low)
    api.put("policies", VHOST, "high", body=high)
    expected = {"classic": "low", "quorum": "high", "stream": "low"}
    for kind in expected:
        declare(api, kind, kind)

    def applied() -> dict[str, str | None]:
        return {name: queue.get("policy") for name, queue in api.queues(VHOST).items()}

    assert eventually(lambda: applied() == expected)


def test_headers_bindings(api: Api) -> None:
    declare(api, "q")

    def matches(arguments: dict[str, str], **headers: str) -> bool:
        place = ("bindings", VHOST, "e", "amq.headers", "q", "q")
        api.post(*place, body={"arguments": arguments})
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        routed = api.publish(VHOST, "amq.headers", "", headers=named)
        (binding,) = api.bindings(VHOST)
        api.delete(*place, binding["properties_key"])
        return routed

    assert matches({})
    assert not matches({"x-match": "any"}, a="1")
    assert not matches({"x-match": "any", "x-kind": "1"}, x_kind="1")
    assert matches({"x-match": "any-with-x", "x-kind": "1"}, x_kind="1")
    assert matches({"x-match": "all", "x-kind": "1"}, a="1")
    assert not matches({"a": "1", "b": "2"}, a="1")


def test_a_tilde_in_a_key_keeps_all_bindings_from_being_listed(api: Api) -> None:
    declare(api, "q")
    place = ("bindings", VHOST, "e", "amq.headers", "q", "q")
    api.post(*place, body={"routing_key": "a~", "arguments": {"a": "1"}})
    assert [binding["routing_key"] for binding in api.bindings(VHOST)] == ["a~"]
    with pytest.raises(httpx.HTTPStatusError, match="500"):
        api.post(*place, body={"routing_key": "a~b", "arguments": {"a": "1"}})
    with pytest.raises(httpx.HTTPStatusError, match="500"):
        api.bindings(VHOST)


@pytest.mark.parametrize("key", [".", ".."])
def test_a_binding_called_by_dots_can_be_made_and_not_deleted(api: Api, key: str) -> None:
    declare(api, "q")
    place = ("bindings", VHOST, "e", "amq.topic", "q", "q")
    api.post(*place, body={"routing_key": key})
    with pytest.raises(httpx.HTTPStatusError, match="405"):
        api.delete(*place, key)
    assert [binding["routing_key"] for binding in api.bindings(VHOST)] == [key]


def test_what_is_listed_as_denied_is_refused(api: Api, each_broker: Broker) -> None:
    with Management(
        each_broker.management, each_broker.username, each_broker.password
    ) as management:
        facts = BrokerReader(management).facts()
    assert facts.denies(TRANSIENT_QUEUES) == (facts.version >= DENIED_SINCE[TRANSIENT_QUEUES])
    if facts.denies(TRANSIENT_QUEUES):
        with pytest.raises(httpx.HTTPStatusError, match="400"):
            api.put("queues", VHOST, "transient", body={"durable": False})
    else:
        api.put("queues", VHOST, "transient", body={"durable": False})
