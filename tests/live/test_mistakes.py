"""What goes wrong is said once, in one clear sentence, and nothing is left half done."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.support.api import Api
from tests.support.config import dev
from tests.support.stack import Said, Stack
from toolchain.node_folder import LOOPBACK

Break = Callable[[Stack], None]
"""Gives a stack a config that cannot work."""

NOBODY = f"http://{LOOPBACK}:1"
WRONG_PASSWORD = "wr0ng-and-n0t-to-be-sh0wn"


def topology(**wrong: Any) -> Break:
    """A topology that is right but for these keys."""
    return lambda stack: stack.configure(dev(stack.vhost) | wrong)


def setting(**wrong: str | None) -> Break:
    """A config that is right but for these keys."""
    return lambda stack: stack.configure(dev(stack.vhost), **wrong)


# Others differ in their words alone, which offline tests read.
MISTAKES: dict[str, tuple[Break, str]] = {
    "unknown key": (topology(queus={}), "queus: is not a known key; did you mean queues?"),
    "missing topology": (
        lambda stack: stack.configure(None),
        "missing configuration value 'rabbitmq-topology:topology'",
    ),
    "text for a topology": (
        lambda stack: stack.configure("my-vhost"),
        "'rabbitmq-topology:topology' must be of type 'object'",
    ),
    "missing endpoint": (
        setting(endpoint=None),
        "rabbitmq:endpoint: is missing; pulumi config set rabbitmq:endpoint http://localhost:15672",
    ),
    "wrong credentials": (
        setting(password=WRONG_PASSWORD),
        "refuses this user and password (Not_Authorized); the user needs the tag administrator",
    ),
    "broker down": (
        setting(endpoint=NOBODY),
        "start the broker, or correct the address",
    ),
    "clients' port": (
        lambda stack: stack.configure(
            dev(stack.vhost), endpoint=stack.broker.amqp.replace("amqp:", "http:")
        ),
        "is the address of the management endpoint, too: one is wrong",
    ),
    "no TLS there": (
        lambda stack: stack.configure(
            dev(stack.vhost), endpoint=stack.broker.management.replace("http:", "https:")
        ),
        "rabbitmq:endpoint: ",
    ),
}


@pytest.mark.parametrize(("wrong", "text"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_error(stack: Stack, api: Api, wrong: Break, text: str) -> None:
    wrong(stack)
    said = stack.run("up", "--yes", "--skip-preview")
    assert_one_error(said, text)
    assert stack.vhost not in api.vhosts()
    assert [resource["type"] for resource in stack.state()] in ([], ["pulumi:pulumi:Stack"])


def test_a_preview_asks_the_broker(stack: Stack) -> None:
    """Pulumi itself would plan the creation of everything on a broker that is not there."""
    stack.configure(dev(stack.vhost), endpoint=NOBODY)
    assert_one_error(stack.run("preview"), f"no connection to {NOBODY}: connection refused")


def test_another_service_is_not_taken_for_rabbitmq(stack: Stack, website: str) -> None:
    stack.configure(dev(stack.vhost), endpoint=website)
    said = stack.run("up", "--yes", "--skip-preview")
    assert_one_error(said, f"what answers at {website} is not RabbitMQ's management API")


def test_up_works_once_the_mistake_is_put_right(stack: Stack, api: Api) -> None:
    for wrong in (topology(queus={}), setting(password=WRONG_PASSWORD)):
        wrong(stack)
        assert stack.run("up", "--yes", "--skip-preview").code != 0
    stack.configure(dev(stack.vhost))
    stack.up()
    assert stack.vhost in api.vhosts()
    stack.expect_no_changes()


def test_a_mistake_leaves_what_is_there_alone(stack: Stack, api: Api) -> None:
    stack.configure(dev(stack.vhost))
    stack.up()
    topology(queues={"my-queue": {"type": "clasic"}, "new": {}})(stack)
    assert stack.run("up", "--yes", "--skip-preview").code != 0
    assert set(api.queues(stack.vhost)) == {"my-queue"}
    stack.configure(dev(stack.vhost))
    stack.expect_no_changes()


def assert_one_error(said: Said, text: str) -> None:
    """That a command has failed with this error and no other, and without a traceback."""
    assert said.code != 0
    shown = said.text.rpartition("Diagnostics:")[2]
    assert text in shown
    assert shown.count("error: ") == 1
    assert shown.count("\n      - ") <= 1
    assert "Traceback" not in said.text
    assert WRONG_PASSWORD not in said.text


class Website(BaseHTTPRequestHandler):
    """Answers every request with a page."""

    def do_GET(self) -> None:
        page = b"<html>Welcome</html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def website() -> Iterator[str]:
    """A service that is no RabbitMQ."""
    with HTTPServer((LOOPBACK, 0), Website) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://{LOOPBACK}:{server.server_port}"
        server.shutdown()
        thread.join()
