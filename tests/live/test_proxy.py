"""Pulumi, the program and the commands reach a broker through the same proxy."""

from __future__ import annotations

from http.client import HTTPConnection
from typing import ClassVar
from urllib.parse import urlsplit

import pytest

from tests.broker.server import LOOPBACK, Handler, serving
from tests.support.config import dev
from tests.support.stack import Stack

HOST = "broker.invalid"
"""No resolver knows it: only the proxy does."""

_THERE, _BACK = ("Authorization", "Content-Type"), ("Content-Type", "Location")
"""Headers that matter; RabbitMQ names a new binding by its location."""


class Proxy(Handler):
    """Hands on what is asked of `HOST`, encoded names as they are."""

    broker: ClassVar[str]
    clients: ClassVar[set[str]]

    def do_GET(self) -> None:  # noqa: N802 - http.server's name
        asked, broker = urlsplit(self.path), urlsplit(self.broker)
        assert asked.hostname == HOST
        self.clients.add(self.headers["User-Agent"].partition("/")[0])
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: self.headers[name] for name in _THERE if name in self.headers}
        connection = HTTPConnection(broker.hostname or "", broker.port)
        try:
            connection.request(
                self.command, asked._replace(scheme="", netloc="").geturl(), body, headers
            )
            answer = connection.getresponse()
            kept = {name: answer.headers[name] for name in _BACK if name in answer.headers}
            self.reply(answer.status, answer.read(), **kept)
        finally:
            connection.close()

    do_PUT = do_POST = do_DELETE = do_GET  # noqa: N815


@pytest.mark.parametrize("way", ["config", "environment"])
def test_all_go_through_the_proxy(stack: Stack, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards count messages over AMQP, which goes directly."""
    Proxy.broker, Proxy.clients = stack.broker.management, set()
    with serving(Proxy) as port:
        address = f"http://{LOOPBACK}:{port}"
        if way == "environment":
            monkeypatch.setenv("HTTP_PROXY", address)
            monkeypatch.setenv("NO_PROXY", "")
        settings = {"endpoint": f"http://{HOST}:15672"}
        settings |= {"proxy": address} if way == "config" else {}
        stack.configure(dev(stack.vhost), **settings)
        for command in (("up", "--yes", "--skip-preview"), ("destroy", "--yes", "--run-program")):
            said = stack.run(*command)
            assert said.code == 0, said.text
            if command[0] == "up":
                assert stack.command("drift", "--stack", stack.name).code == 0
    assert Proxy.clients == {"Go-http-client", "python-httpx"}
