"""Counts what is asked of a broker: a reverse proxy on the loopback address.

It is in the way only in a round of its own, which is not timed.
"""

from __future__ import annotations

import http.client
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import urlsplit

from toolchain.node import Broker

_LOOPBACK: Final = "127.0.0.1"
_OF_ONE_HOP: Final = {"connection", "keep-alive", "transfer-encoding", "content-length"}
_SECONDS: Final = 300.0


@dataclass(slots=True)
class Requests:
    """Requests by method and kind of object, as in `GET queues`."""

    counts: Counter[str] = field(default_factory=Counter)

    def take(self) -> dict[str, int]:
        """Those since this was last asked, the most frequent first."""
        taken, self.counts = self.counts, Counter()
        return dict(taken.most_common())


@contextmanager
def counted(broker: Broker) -> Iterator[tuple[Broker, Requests]]:
    """The broker behind a proxy."""
    requests = Requests()
    server = ThreadingHTTPServer((_LOOPBACK, 0), _handler(broker, requests))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield replace(broker, management=f"http://{_LOOPBACK}:{server.server_port}"), requests
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def kind_of(path: str) -> str:
    """The kind of object that a path is about: `/api/queues/v/q?columns=name` → `queues`."""
    steps = urlsplit(path).path.strip("/").split("/")
    return steps[1] if len(steps) > 1 else steps[0]


def _handler(broker: Broker, requests: Requests) -> type[BaseHTTPRequestHandler]:
    upstream = urlsplit(broker.management)
    assert upstream.hostname is not None
    host, port = upstream.hostname, upstream.port

    class Handler(BaseHTTPRequestHandler):
        """One connection of a client, and one to the broker for it."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            self.onward = http.client.HTTPConnection(host, port, timeout=_SECONDS)

        def finish(self) -> None:
            self.onward.close()
            super().finish()

        def pass_on(self) -> None:
            """One request and its answer."""
            requests.counts[f"{self.command} {kind_of(self.path)}"] += 1
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else None
            self.onward.request(self.command, self.path, body, _for_broker(self.headers))
            answer = self.onward.getresponse()
            content = answer.read()
            self.send_response_only(answer.status, answer.reason)
            for name, value in answer.getheaders():
                if name.lower() not in _OF_ONE_HOP:
                    self.send_header(name, value)
            if answer.status != http.HTTPStatus.NO_CONTENT:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = pass_on  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Handler


def _for_broker(headers: Message) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() != "connection"}
