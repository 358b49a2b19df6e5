"""What holds the dev stack's ports: told apart without touching it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from socketserver import BaseRequestHandler, TCPServer
from threading import Thread

import pytest

from toolchain.dev_stack import DevStack, DevStackError
from toolchain.node import Broker
from toolchain.node_folder import free_ports
from toolchain.probe import ForeignServiceError, probe


class Web(BaseHTTPRequestHandler):
    """Somebody's web application."""

    def do_GET(self) -> None:
        body = b'{"hello": "world"}' if "json" in self.server.__dict__ else b"<html>"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


class Chatter(BaseRequestHandler):
    """A service that speaks first, and no protocol of ours."""

    def handle(self) -> None:
        self.request.sendall(b"220 mail ready\r\n")


@contextmanager
def serving(server: TCPServer) -> Iterator[int]:
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def open_ports() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def stack(management: int | None = None, amqp: int | None = None) -> DevStack:
    return DevStack(
        endpoint=f"http://localhost:{management or free_ports(1)[0]}",
        amqp_endpoint=f"amqp://localhost:{amqp or free_ports(1)[0]}",
        username="guest",
        password="guest",
    )


def of(broker: Broker) -> DevStack:
    return DevStack(broker.management, broker.amqp, broker.username, broker.password)


def test_nothing_answers() -> None:
    assert probe(stack(), "test") is None


@pytest.mark.parametrize("json", [False, True])
def test_a_web_application_is_foreign(open_ports: ExitStack, *, json: bool) -> None:
    server = HTTPServer(("127.0.0.1", 0), Web)
    if json:
        server.__dict__["json"] = True
    port = open_ports.enter_context(serving(server))
    with pytest.raises(ForeignServiceError, match="not RabbitMQ's management API") as failure:
        probe(stack(management=port), "test")
    assert "pulumi config set rabbitmq:endpoint http://localhost:15673" in str(failure.value)


def test_a_service_that_is_no_web_server_is_foreign(open_ports: ExitStack) -> None:
    port = open_ports.enter_context(serving(TCPServer(("127.0.0.1", 0), Chatter)))
    with pytest.raises(ForeignServiceError, match="not RabbitMQ's management API"):
        probe(stack(management=port), "test")


def test_another_service_on_the_amqp_port_is_foreign(open_ports: ExitStack) -> None:
    port = open_ports.enter_context(serving(TCPServer(("127.0.0.1", 0), Chatter)))
    with pytest.raises(ForeignServiceError, match="Another service holds amqp://") as failure:
        probe(stack(amqp=port), "test")
    assert "amqpEndpoint amqp://localhost:5673" in str(failure.value)


def test_a_rabbitmq_is_recognised(broker: Broker) -> None:
    assert probe(of(broker), "test") == replace(broker, origin="test", metrics="")


def test_a_rabbitmq_with_other_users_is_left_alone(broker: Broker) -> None:
    with pytest.raises(ForeignServiceError, match="refuses the user 'guest'") as failure:
        probe(replace(of(broker), password="not it"), "test")
    assert "not it" not in str(failure.value)


def test_a_rabbitmq_without_management_is_told(broker: Broker) -> None:
    with pytest.raises(ForeignServiceError, match="is its management plugin on"):
        probe(replace(of(broker), endpoint=stack().endpoint), "test")


def test_a_management_api_without_amqp_is_told(broker: Broker) -> None:
    with pytest.raises(ForeignServiceError, match="no AMQP listener"):
        probe(replace(of(broker), amqp_endpoint=stack().amqp_endpoint), "test")


CONFIG = """
config:
  rabbitmq:endpoint: http://localhost:15672/
  rabbitmq:username: guest
  rabbitmq:password: guest
  rabbitmq-topology:amqpEndpoint: amqp://localhost
"""


def test_the_dev_stack_is_read_from_its_config(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(CONFIG)
    read = DevStack.read(file)
    assert read.endpoint == "http://localhost:15672"
    assert (read.management, read.amqp) == (("localhost", 15672), ("localhost", 5672))
    assert read.startable


@pytest.mark.parametrize(
    ("old", "new", "startable"),
    [
        ("http://localhost:15672/", "http://127.0.0.1:15672", True),
        ("http://localhost:15672/", "http://[::1]:15672", True),
        ("http://localhost:15672/", "https://localhost:15671", False),
        ("http://localhost:15672/", "http://rabbit.example.com:15672", False),
        ("amqp://localhost", "amqp://rabbit.example.com", False),
    ],
)
def test_only_a_loopback_broker_can_be_started(
    tmp_path: Path, old: str, new: str, *, startable: bool
) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(CONFIG.replace(old, new))
    assert DevStack.read(file).startable is startable


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "no `config:` section"),
        ("config: [", "cannot be read"),
        ("config: {}", "`rabbitmq:endpoint` must be a plain text"),
        (CONFIG.replace("http://localhost:15672/", "localhost"), "'localhost' is no URL"),
        (CONFIG.replace("http://localhost:15672/", "http://localhost:x"), "is no URL"),
        (CONFIG.replace("password: guest", "password: {secure: v1}"), "`rabbitmq:password`"),
    ],
)
def test_a_config_without_a_broker_is_explained(tmp_path: Path, content: str, reason: str) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(content)
    with pytest.raises(DevStackError, match=reason):
        DevStack.read(file)
