"""What the management API's client does where an answer is late."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from typing import ClassVar

import pytest

from tests.broker.server import LOOPBACK, Handler, serving
from topology.broker import BrokerError, Management, management
from topology.broker.deadline import Deadline

BOUND = 0.2


class Late(Handler):
    """Answers the first requests, and then does not for some."""

    answered: ClassVar[int]
    unanswered: ClassVar[int]
    asked: ClassVar[list[str]]
    ending: ClassVar[threading.Event]

    def do_GET(self) -> None:  # noqa: N802 - http.server's name
        self.asked.append(self.command)
        if self.answered < len(self.asked) <= self.answered + self.unanswered:
            self.ending.wait(5)
            return
        self.reply(200, b"[]")

    def do_PUT(self) -> None:  # noqa: N802 - http.server's name
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> Iterator[Management]:
    for bound in ("FIRST_SECONDS", "READ_SECONDS", "PATIENT_SECONDS"):
        monkeypatch.setattr(management, bound, BOUND)
    Late.answered, Late.unanswered, Late.asked, Late.ending = 1, 0, [], threading.Event()
    with (
        serving(Late) as port,
        Management(f"http://{LOOPBACK}:{port}", "guest", "guest") as opened,
    ):
        yield opened
        Late.ending.set()


def test_a_read_without_an_answer_is_sent_again_and_reported(
    late: Management, caplog: pytest.LogCaptureFixture
) -> None:
    late.get("overview")
    Late.unanswered = 1
    with caplog.at_level(logging.WARNING):
        assert late.get("queues") == []
    assert Late.asked == ["GET", "GET", "GET"]
    assert "no answer to GET /api/queues after 0.2 s" in caplog.text


def test_but_only_once(late: Management) -> None:
    late.get("overview")
    Late.unanswered = 2
    with pytest.raises(BrokerError, match=r"to GET /api/queues: timed out after 0\.2 s"):
        late.get("queues")
    assert Late.asked == ["GET", "GET", "GET"]


def test_a_write_is_not_repeated(late: Management) -> None:
    late.get("overview")
    Late.unanswered = 1
    with pytest.raises(BrokerError, match="to PUT /api/queues/v/q: timed out"):
        late.put("queues", "v", "q", body={})
    assert Late.asked == ["GET", "PUT"]


def test_an_address_that_never_answers_is_given_up_at_once(late: Management) -> None:
    """Nothing has answered there yet: to ask again would double the time."""
    Late.answered, Late.unanswered = 0, 9
    with pytest.raises(BrokerError, match=r"to GET /api/overview: timed out after 0\.2 s"):
        late.get("overview")
    assert Late.asked == ["GET"]


def test_the_bound_is_on_all_steps_of_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    deadline = Deadline(10)
    assert deadline.get("connect") == 10
    now = 107.0
    assert deadline.get("read") == 3
    now = 200.0
    assert 0 < deadline.get("read") < 1


def test_connections_that_are_refused_are_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """As by a broker that is just coming up."""
    paused: list[float] = []
    monkeypatch.setattr("time.sleep", paused.append)
    with serving(Late) as port:
        pass
    with (
        Management(f"http://{LOOPBACK}:{port}", "guest", "guest") as opened,
        pytest.raises(BrokerError, match=f"no connection to .*:{port}: connection refused"),
    ):
        opened.get("overview")
    assert len(paused) == 2
