"""Each failure of the management API has its own message, with RabbitMQ's reason, no secret."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from topology.broker import BrokerError, Management
from topology.broker import management as management_client

ENDPOINT = "http://broker:15672/rabbitmq"
PAGE = httpx.Response(502, html="<html>Bad Gateway</html>")


def answering(answer: Callable[[httpx.Request], httpx.Response]) -> Management:
    transport = httpx.MockTransport(answer)
    return Management(ENDPOINT, "guest", "hunter2", transport=transport)


def rabbit(status: int, reason: str, **headers: str) -> httpx.Response:
    body = json.dumps({"error": "e", "reason": reason})
    return httpx.Response(status, content=body, headers=headers)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(management_client, "_PAUSE", 0.0)


def failure(answer: httpx.Response) -> str:
    with answering(lambda _: answer) as management, pytest.raises(BrokerError) as failed:
        management.get("vhosts", "v")
    (problem,) = failed.value.problems
    assert "hunter2" not in str(problem)
    return str(problem)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (rabbit(400, "Key: x"), "answers GET /api/vhosts/v with HTTP 400 (bad request): Key: x"),
        (
            rabbit(401, "Not_Authorized"),
            "refuses this user and password (Not_Authorized); the user",
        ),
        (rabbit(401, "Not administrator user"), "(Not administrator user)"),
        (httpx.Response(401, html="Login"), "something in front of RabbitMQ"),
        (
            httpx.Response(401, headers={"www-authenticate": 'Basic realm="RabbitMQ Management"'}),
            "rabbitmq:username: the broker at http://broker:15672/rabbitmq refuses this user",
        ),
        (httpx.Response(403, html="Forbidden"), "with HTTP 403 (forbidden) and an HTML page"),
        (rabbit(404, "Not Found"), "management API (GET /api/vhosts/v: HTTP 404)"),
        (httpx.Response(404, html="Not Found"), "is not RabbitMQ's management API (HTTP 404)"),
        (httpx.Response(405), "HTTP 405 (method not allowed); correct the path in the address"),
        (httpx.Response(408), "HTTP 408 (request timed out)"),
        (rabbit(412, "protected"), "HTTP 412 (precondition failed): protected"),
        (httpx.Response(418), "HTTP 418 (i'm a teapot)"),
        (httpx.Response(429), "HTTP 429 (too many requests)"),
        (rabbit(500, "boom"), "HTTP 500 (internal error): boom; the broker's log says more"),
        (PAGE, "HTTP 502 (bad gateway: a proxy has no connection to the broker) and an HTML page"),
        (httpx.Response(503), "HTTP 503 (service unavailable); wait until the broker has started"),
        (httpx.Response(504), "HTTP 504 (gateway timed out"),
        (httpx.Response(200, html="<html>Welcome</html>"), "management API (an HTML page)"),
        (httpx.Response(200, text="hello"), "management API (no JSON)"),
        (
            httpx.Response(
                302, headers={"location": "https://u:hunter2@other/login?token=hunter2"}
            ),
            "redirects GET /api/vhosts/v to https://other/login (HTTP 302)",
        ),
        (httpx.Response(301, headers={"location": "/login"}), "to another path, /login"),
    ],
)
def test_every_status_has_its_message(answer: httpx.Response, text: str) -> None:
    assert text in failure(answer)


def test_a_reason_shows_no_credentials_of_uris() -> None:
    answer = rabbit(400, "Validation failed\n\nsrc-uri: amqp://user:hunter2@broker/%2F\n")
    assert "Validation failed src-uri: amqp://…@broker/%2F" in failure(answer)


def test_a_long_reason_is_cut() -> None:
    assert len(failure(rabbit(500, "x" * 10_000))) < 600


@pytest.mark.parametrize("status", [400, 412])
def test_a_refused_change_has_its_reason(status: int) -> None:
    with answering(lambda _: rabbit(status, "no")) as management:
        assert management.delete("vhosts", "v") == "no"
        assert management.put("vhosts", "v", body={}) == "no"
        assert management.post("bindings", "v", body={}) == "no"


def test_an_object_that_is_gone_is_deleted() -> None:
    with answering(lambda _: rabbit(404, "Not Found")) as management:
        assert management.delete("vhosts", "v") is None
        assert management.find("vhosts", "v") is None


def test_a_page_that_is_not_found_is_not_taken_for_an_object_that_is_not_there() -> None:
    page = httpx.Response(404, html="<html>Not Found</html>")
    with answering(lambda _: page) as management:
        with pytest.raises(BrokerError, match="HTTP 404"):
            management.find("vhosts", "v")
        with pytest.raises(BrokerError, match="HTTP 404"):
            management.delete("vhosts", "v")


def test_a_path_in_the_address_is_kept() -> None:
    """As RabbitMQ's own `management.path_prefix`, or a gateway's."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json=[])

    with answering(answer) as management:
        management.get("queues", "v", columns="name")
    assert asked == ["http://broker:15672/rabbitmq/api/queues/v?columns=name"]


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_read_goes_to_the_next_node_when_one_is_down(status: int) -> None:
    answers = iter([httpx.Response(status), httpx.Response(status), httpx.Response(200, json=[])])
    with answering(lambda _: next(answers)) as management:
        assert management.get("queues") == []


@pytest.mark.parametrize("error", [httpx.ReadError, httpx.RemoteProtocolError, httpx.ConnectError])
def test_a_read_takes_another_connection_when_one_is_closed(error: type[Exception]) -> None:
    answers: Iterator[Any] = iter([error("closed"), httpx.Response(200, json=[])])

    def answer(_: httpx.Request) -> httpx.Response:
        found = next(answers)
        if isinstance(found, Exception):
            raise found
        return found  # type: ignore[no-any-return]

    with answering(answer) as management:
        assert management.get("queues") == []


def test_a_change_that_a_node_did_not_serve_is_not_sent_again() -> None:
    answers = iter([httpx.Response(503), httpx.Response(204)])
    with answering(lambda _: next(answers)) as management, pytest.raises(BrokerError):
        management.delete("queues", "v", "q")


def test_a_failure_of_rabbitmq_is_not_taken_for_a_list() -> None:
    reply: Any = rabbit(500, "boom")
    with answering(lambda _: reply) as management, pytest.raises(BrokerError):
        management.find("queues", "v")
