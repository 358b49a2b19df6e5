"""Gateways that decode or encode paths are found out before they make other objects."""

from __future__ import annotations

import json
import string
from typing import Any, ClassVar
from urllib.parse import quote, unquote

import httpx
import pytest

from tests.broker.server import LOOPBACK, Handler, serving
from toolchain.node import Broker
from topology.broker import BrokerError, Management

LISTENER = "/api/health/checks/protocol-listener/"


ENCODED = "".join(character for character in string.printable if quote(character, "") != character)
"""All of ASCII that a URL encodes."""


class Rabbit:
    """Behind a gateway that changes the path by this function."""

    def __init__(self, change: object = str, *, health: bool = True, splits: bool = False) -> None:
        """`splits` is as from RabbitMQ 4.3 on."""
        self.change, self.health, self.splits = change, health, splits
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode()
        self.asked.append(path)
        changed = self.change(path)  # type: ignore[operator]
        if not changed.startswith(LISTENER):
            return httpx.Response(200, json=[])
        if not self.health:
            return httpx.Response(403, html="Forbidden")
        step = changed.removeprefix(LISTENER)
        if "/" in step:
            return httpx.Response(404, content=json.dumps({"reason": "Not Found"}))
        missing = unquote(step).lower()
        body = {"status": "failed", "missing": missing.split(",") if self.splits else missing}
        return httpx.Response(503, json=body)

    @property
    def listeners(self) -> list[str]:
        return [path for path in self.asked if path.startswith(LISTENER)]


def opened(rabbit: Rabbit) -> Management:
    transport = httpx.MockTransport(rabbit)
    return Management("http://broker:15672", "guest", "guest", transport=transport)


def test_plain_names_cost_no_request() -> None:
    rabbit = Rabbit()
    with opened(rabbit) as management:
        management.get("queues", "plain-name_1.~", "größe")
    assert rabbit.listeners == []


def test_a_character_costs_one_request_once() -> None:
    rabbit = Rabbit()
    with opened(rabbit) as management:
        management.get("queues", "/")
        management.get("queues", "/", "a/b")
        management.get("queues", "/", "a b")
    assert len(rabbit.listeners) == 2


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda path: path.replace("%2F", "/"), "HTTP 404"),
        (lambda path: path.replace("%", "%25"), "it comes as 41none%2f41none"),
        (lambda path: path.replace("%2F", "/").replace("//", "/"), "HTTP 404"),
        (lambda path: path.replace("%2F", ""), "it comes as 41none41none"),
    ],
    ids=["decodes", "encodes again", "decodes and merges slashes", "leaves out"],
)
@pytest.mark.parametrize("verb", ["get", "find", "put", "delete"])
def test_a_gateway_that_changes_names_is_refused(change: object, text: str, verb: str) -> None:
    """Before the request that would have gone to another object."""
    rabbit = Rabbit(change)
    content: dict[str, Any] = {"body": {}} if verb == "put" else {}
    with opened(rabbit) as management, pytest.raises(BrokerError) as failed:
        getattr(management, verb)("vhosts", "/", **content)
    (problem,) = failed.value.problems
    assert "changes encoded characters on their way to RabbitMQ: %2F (/); " + text in str(problem)
    assert set(rabbit.asked) == set(rabbit.listeners)


@pytest.mark.parametrize("splits", [False, True])
def test_a_way_that_changes_nothing_is_found_so(splits: bool) -> None:  # noqa: FBT001
    rabbit = Rabbit(splits=splits)
    with opened(rabbit) as management:
        management.get("queues", ENCODED)
    assert len(rabbit.listeners) == 1


def test_only_the_characters_that_are_needed_are_looked_at() -> None:
    """A gateway that decodes slashes does no harm to names with spaces."""
    rabbit = Rabbit(lambda path: path.replace("%2F", "/"))
    with opened(rabbit) as management:
        assert management.get("queues", "my vhost") == []


def test_percent_signs_are_looked_at_too() -> None:
    rabbit = Rabbit(lambda path: quote(unquote(path), safe="/%"))
    with opened(rabbit) as management, pytest.raises(BrokerError, match="%25"):
        management.get("queues", "100%41")


def test_where_health_checks_are_forbidden_nothing_is_concluded() -> None:
    rabbit = Rabbit(health=False)
    with opened(rabbit) as management:
        assert management.get("queues", "/") == []


class Decoding(Handler):
    """A gateway in front of a broker that decodes slashes."""

    broker: ClassVar[Broker]

    def do_GET(self) -> None:  # noqa: N802 - http.server's name
        url = self.broker.management + self.path.replace("%2F", "/")
        login = (self.broker.username, self.broker.password)
        answer = httpx.get(url, auth=login, trust_env=False)
        self.reply(answer.status_code, answer.content, content_type="application/json")


def test_real_brokers_repeat_names(each_broker: Broker) -> None:
    """And a gateway in between is found out, whatever the version."""
    login = (each_broker.username, each_broker.password)
    with Management(each_broker.management, *login) as management:
        for name in ("/", ENCODED):
            assert management.find("vhosts", f"none{name}") is None
    Decoding.broker = each_broker
    with serving(Decoding) as port, Management(f"http://{LOOPBACK}:{port}", *login) as management:
        assert management.get("overview")
        with pytest.raises(BrokerError, match="changes encoded characters"):
            management.find("queues", "/")
