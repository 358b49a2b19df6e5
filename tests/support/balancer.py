"""A load balancer: a reverse proxy on the loopback address before the nodes of a cluster.

With one node it can also stand for a cluster whose nodes learn of a change one after another.
"""

from __future__ import annotations

import http.client
import itertools
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from email.message import Message
from enum import Enum
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from toolchain.node_folder import LOOPBACK

_OF_ONE_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
_SECONDS = 120.0
_MISSING = b'{"error":"Object Not Found","reason":"Not Found"}'
_LISTED = ("/api/bindings/",)


class Turn(Enum):
    """When the next node has its turn."""

    CONNECTION = "connection"
    """A connection to a node that is down is closed."""
    REQUEST = "request"
    """A request to a node that is down is answered with HTTP 502."""


class Behind(Enum):
    """How long a node does not see what was written through another."""

    NEVER = "never"
    ONE_READ = "one read"
    """A second write finds it there, as it has come there meanwhile."""
    FOR_EVER = "for ever"


class Unseen:
    """What has been written and not been read since: the first read misses it."""

    def __init__(self, behind: Behind) -> None:
        self._behind = behind
        self._missed: dict[str, bool] = {}
        self._lock = threading.Lock()
        self.missed = 0
        """Reads that missed something."""

    def answer(self, method: str, path: str) -> bytes | None:
        """What a node says that has not seen the last change, or None where it has."""
        if self._behind is Behind.NEVER:
            return None
        with self._lock:
            if method in {"PUT", "POST"}:
                if self._missed.pop(path, False) and self._behind is Behind.ONE_READ:
                    return None
                self._missed[path] = False
                return None
            if method != "GET" or self._missed.get(path) is not False:
                return None
            self._missed[path] = True
            self.missed += 1
        return b"[]" if path.startswith(_LISTED) else _MISSING


class Balancer:
    """Where clients find it, and what it does to them."""

    def __init__(self, url: str, unseen: Unseen) -> None:
        self.url, self.unseen = url, unseen


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, management: Sequence[str], turn: Turn, unseen: Unseen) -> None:
        super().__init__((LOOPBACK, 0), _Handler)
        self.turn, self.unseen = turn, unseen
        self.nodes = itertools.cycle([urlsplit(url) for url in management])


class _Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.node = next(self.server.nodes)

    def pass_on(self) -> None:
        """One request and its answer."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        missed = self.server.unseen.answer(self.command, self.path)
        if missed is not None:
            status = HTTPStatus.OK if missed == b"[]" else HTTPStatus.NOT_FOUND
            self.say(status, missed, [("Content-Type", "application/json")])
            return
        if self.server.turn is Turn.REQUEST:
            self.node = next(self.server.nodes)
        host, port = self.node.hostname or "", self.node.port
        with closing(http.client.HTTPConnection(host, port, timeout=_SECONDS)) as onward:
            try:
                onward.request(self.command, self.path, body, _onward(self.headers))
                answer = onward.getresponse()
                self.say(answer.status, answer.read(), answer.getheaders())
            except OSError:
                if self.server.turn is Turn.REQUEST:
                    self.say(HTTPStatus.BAD_GATEWAY, b"<html>bad gateway</html>", [])
                else:
                    self.close_connection = True

    do_GET = do_PUT = do_POST = do_DELETE = pass_on  # noqa: N815

    def say(self, status: int, content: bytes, headers: list[tuple[str, str]]) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _OF_ONE_HOP:
                self.send_header(name, value)
        if status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def _onward(headers: Message) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in _OF_ONE_HOP}


@contextmanager
def balancer(
    management: Sequence[str],
    turn: Turn = Turn.CONNECTION,
    *,
    behind: Behind = Behind.NEVER,
) -> Iterator[Balancer]:
    """In front of the management APIs of these nodes, by turns."""
    unseen = Unseen(behind)
    server = _Server(management, turn, unseen)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Balancer(f"http://{LOOPBACK}:{server.server_port}", unseen)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
