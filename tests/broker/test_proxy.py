"""The management API is reached through the proxy that the provider would take."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import ClassVar

import pika
import pytest
import trustme

from tests.broker.server import LOOPBACK, Handler, serving
from topology.broker import BrokerError, Management
from topology.broker.amqp import open_amqp
from topology.broker.connection import Connection
from topology.broker.proxy import find_proxy
from topology.broker.tls import Tls

PROXY = "http://proxy:3128"


@pytest.mark.parametrize(
    ("endpoint", "no_proxy", "proxied"),
    [
        ("http://broker:15672", "", True),
        ("https://broker:15671", "", True),
        ("http://localhost:15672", "", False),
        ("http://127.0.0.1:15672", "", False),
        ("http://127.8.8.8:15672", "", False),
        ("http://[::1]:15672", "", False),
        ("http://10.0.0.5:15672", "", True),
        ("http://broker:15672", "*", False),
        ("http://broker:15672", "other, broker", False),
        ("http://broker:15672", "other", True),
        ("http://broker:15672", "BROKER", False),
        ("http://a.example:15672", "example", False),
        ("http://aexample:15672", "example", True),
        ("http://a.example:15672", ".example", False),
        ("http://example:15672", ".example", True),
        ("http://a.example:15672", "*.example", False),
        ("http://example:15672", "*.example", True),
        ("http://a.example:15672", "a.example:15672", False),
        ("http://a.example:15672", "a.example:80", True),
        ("http://a.example", "a.example:80", False),
        ("http://10.0.0.5:15672", "10.0.0.0/8", False),
        ("http://10.0.0.5:15672", "11.0.0.0/8", True),
        ("http://10.0.0.5:15672", "10.0.0.5", False),
        ("http://10.0.0.5:15672", "10.0.0.5:1", True),
        ("http://10.0.0.5:15672", ".5", True),
        ("http://[fd00::5]:15672", "fd00::5", False),
        ("http://[fd00::5]:15672", "[fd00::5]:15672", False),
        ("http://[fd00::5]:15672", "fd00::/16", False),
    ],
)
def test_variables_hold_as_for_the_provider(endpoint: str, no_proxy: str, *, proxied: bool) -> None:
    """The table is Go's: golang.org/x/net/http/httpproxy."""
    variables = {"HTTP_PROXY": PROXY, "https_proxy": "proxy:3128", "no_proxy": no_proxy}
    found = find_proxy(endpoint, None, variables)
    assert (found is not None) is proxied
    if found:
        assert found.url == PROXY


def test_each_scheme_has_its_variable() -> None:
    assert find_proxy("http://broker", None, {"HTTPS_PROXY": PROXY, "ALL_PROXY": PROXY}) is None
    assert find_proxy("https://broker", None, {"HTTP_PROXY": PROXY, "all_proxy": PROXY}) is None


def test_the_configured_proxy_holds_for_every_address() -> None:
    variables = {"NO_PROXY": "*", "HTTP_PROXY": "http://other"}
    found = find_proxy("http://localhost:15672", "http://u:hunter2@proxy:3128", variables)
    assert found is not None
    assert "hunter2" not in str(found) and "hunter2" not in repr(found)
    assert str(found) == "http://proxy:3128 (rabbitmq:proxy)"


@pytest.mark.parametrize("wrong", ["ftp://proxy", "http://", "http://proxy:hunter2", "proxy:3128"])
def test_a_wrong_proxy_is_not_taken_for_another(wrong: str) -> None:
    with pytest.raises(BrokerError) as failed:
        find_proxy("http://broker", wrong, {})
    assert "rabbitmq:proxy: " in str(failed.value)
    assert "hunter2" not in str(failed.value)


class Broker(Handler):
    def do_GET(self) -> None:  # noqa: N802 - http.server's name
        self.reply(200, b"[]")


class Forwarding(Handler):
    """An HTTP proxy: hands plain requests on, and tunnels for those with TLS."""

    asked: ClassVar[list[str]]
    logins: ClassVar[list[str | None]]
    refusal: ClassVar[int | None]
    leads_to: ClassVar[int]
    """Whatever address is asked for, it is this port: names that only a proxy knows."""

    def _refused(self) -> bool:
        self.asked.append(f"{self.command} {self.path}")
        self.logins.append(self.headers.get("Proxy-Authorization"))
        if self.refusal is None:
            return False
        self.reply(self.refusal)
        return True

    def do_GET(self) -> None:  # noqa: N802 - http.server's name
        if not self._refused():
            self.reply(200, b"[]")

    def do_CONNECT(self) -> None:  # noqa: N802 - http.server's name
        if self._refused():
            return
        with socket.create_connection((LOOPBACK, self.leads_to)) as other:
            self.send_response(200)
            self.end_headers()
            ways = [(self.connection, other), (other, self.connection)]
            threads = [threading.Thread(target=_pass_on, args=way, daemon=True) for way in ways]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.close_connection = True


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


@pytest.fixture
def proxy() -> Iterator[int]:
    Forwarding.asked, Forwarding.logins, Forwarding.refusal = [], [], None
    with serving(Forwarding) as port:
        yield port


def test_plain_requests_are_handed_on_with_encoded_names(proxy: int) -> None:
    url = f"http://user:pa%20ss@{LOOPBACK}:{proxy}"
    with Management("http://broker:15672", "guest", "guest", proxy=url) as management:
        assert management.get("queues", "a-b", "größe") == []
    assert Forwarding.asked == ["GET http://broker:15672/api/queues/a-b/gr%C3%B6%C3%9Fe"]
    assert Forwarding.logins == ["Basic dXNlcjpwYSBzcw=="]


def test_variables_name_it_as_well(proxy: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"{LOOPBACK}:{proxy}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with Management("http://broker:15672", "guest", "guest") as management:
        assert management.get("queues") == []
    assert Forwarding.asked == ["GET http://broker:15672/api/queues"]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secured(authority: trustme.CA) -> Iterator[int]:
    """A broker with TLS, for the name `broker` alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("broker").configure_cert(context)

    class Secured(Broker):
        def setup(self) -> None:
            self.request = context.wrap_socket(self.request, server_side=True)
            super().setup()

        def finish(self) -> None:
            super().finish()
            self.request.close()

        def handle(self) -> None:
            with suppress(OSError):
                super().handle()

    with serving(Secured) as port:
        yield port


def test_with_tls_it_tunnels(proxy: int, secured: int, authority: trustme.CA) -> None:
    Forwarding.leads_to = secured
    with authority.cert_pem.tempfile() as ca:
        url = f"http://{LOOPBACK}:{proxy}"
        with Management("https://broker:15671", "g", "g", Tls(ca), proxy=url) as management:
            assert management.get("queues") == []
    assert Forwarding.asked == ["CONNECT broker:15671"]


def test_a_certificate_that_is_not_trusted_is_named_through_a_proxy(
    proxy: int, secured: int
) -> None:
    Forwarding.leads_to = secured
    url = f"http://{LOOPBACK}:{proxy}"
    with (
        Management("https://broker:15671", "g", "g", proxy=url) as management,
        pytest.raises(BrokerError, match="certificate is not trusted"),
    ):
        management.get("queues")


def test_what_a_proxy_refuses_is_told(proxy: int) -> None:
    Forwarding.refusal = 407
    url = f"http://user:hunter2@{LOOPBACK}:{proxy}"
    for endpoint, text in (
        ("http://broker:15672", "HTTP 407 (the proxy asks for a user and password)"),
        (
            "https://broker:15671",
            f"proxy http://{LOOPBACK}:{proxy} (rabbitmq:proxy): it answers 407",
        ),
    ):
        with (
            Management(endpoint, "g", "g", proxy=url) as management,
            pytest.raises(BrokerError) as failed,
        ):
            management.get("queues")
        assert text in str(failed.value)
        assert "hunter2" not in str(failed.value)


def test_a_proxy_that_is_away_is_named() -> None:
    with serving(Forwarding) as port:
        pass
    url = f"http://{LOOPBACK}:{port}"
    with (
        Management("http://broker:15672", "g", "g", proxy=url) as management,
        pytest.raises(BrokerError, match=r"proxy .* \(rabbitmq:proxy\): connection refused"),
    ):
        management.get("queues")


class Socks(socketserver.StreamRequestHandler):
    """The least that a SOCKS 5 proxy does."""

    asked: ClassVar[list[str]]
    leads_to: ClassVar[int]

    def handle(self) -> None:
        _, count = self.rfile.read(2)
        self.rfile.read(count)
        self.wfile.write(b"\x05\x00")
        self.rfile.read(4)
        host = self.rfile.read(self.rfile.read(1)[0]).decode()
        port = int.from_bytes(self.rfile.read(2))
        self.asked.append(f"{host}:{port}")
        self.wfile.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        with socket.create_connection((LOOPBACK, self.leads_to)) as other:
            back = threading.Thread(target=_pass_on, args=(other, self.connection), daemon=True)
            back.start()
            _pass_on(self.connection, other)


def test_a_socks_proxy() -> None:
    Socks.asked = []
    with (
        serving(Broker) as Socks.leads_to,
        socketserver.ThreadingTCPServer((LOOPBACK, 0), Socks) as server,
    ):
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"socks5://{LOOPBACK}:{server.server_address[1]}"
        with Management("http://broker:15672", "g", "g", proxy=url) as management:
            assert management.get("queues") == []
        server.shutdown()
        thread.join()
    assert Socks.asked == ["broker:15672"]


def test_amqp_goes_directly_and_says_so() -> None:
    url = f"http://user:hunter2@{LOOPBACK}:1"
    connection = Connection("http://broker", f"amqp://{LOOPBACK}:1", "g", "g", proxy=url)
    parameters = connection.amqp(f"amqp://{LOOPBACK}:1/v")
    assert isinstance(parameters, pika.URLParameters)
    with pytest.raises(BrokerError) as failed:
        open_amqp(parameters)
    assert "hunter2" not in str(failed.value)
    expected = "AMQP does not go through the proxy http://127.0.0.1:1 (rabbitmq:proxy)"
    assert expected in str(failed.value)
