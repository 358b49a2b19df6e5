"""What the management API's client does where an answer is late. Its other failures are tested with
real brokers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import httpx
import pytest

from topology.broker import BrokerError, Management, management


class Late(BaseHTTPRequestHandler):
    """Does not answer to the first requests."""

    unanswered: ClassVar[int]
    asked: ClassVar[list[str]]
    ending: ClassVar[threading.Event]

    def do_GET(self) -> None:
        self.asked.append(self.command)
        if len(self.asked) <= self.unanswered:
            self.ending.wait(5)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"[]")

    def do_PUT(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Nothing on standard error."""


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> Iterator[Management]:
    monkeypatch.setattr(management, "_TIMEOUT", httpx.Timeout(0.2))
    Late.asked, Late.ending = [], threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), Late) as server:
        threading.Thread(target=server.serve_forever).start()
        host, port = server.server_address[:2]
        with Management(f"http://{host!s}:{port}", "guest", "guest") as opened:
            yield opened
        Late.ending.set()
        server.shutdown()


def test_a_read_that_got_no_answer_is_tried_again(late: Management) -> None:
    Late.unanswered = 1
    assert late.get("queues") == []
    assert Late.asked == ["GET", "GET"]


def test_but_only_once(late: Management) -> None:
    Late.unanswered = 2
    with pytest.raises(BrokerError, match="does not answer in time"):
        late.get("queues")
    assert Late.asked == ["GET", "GET"]


def test_a_write_is_not_repeated(late: Management) -> None:
    Late.unanswered = 1
    with pytest.raises(BrokerError, match="does not answer in time"):
        late.put("queues", "v", "q", body={})
    assert Late.asked == ["PUT"]
