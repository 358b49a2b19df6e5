"""In what a queue on the broker differs from its declaration: type, flags, and each argument."""

from __future__ import annotations

from typing import Any

import pytest

from topology.broker.state import LiveQueue
from topology.model import Queue
from topology.ownership.difference import queue_difference


def difference(declared: dict[str, Any], **live: Any) -> list[str]:
    """Of a settled queue and what the management API has of it."""
    found = {
        "name": "q",
        "type": "classic",
        "durable": True,
        "auto_delete": False,
        "arguments": {},
        **live,
    }
    return queue_difference(
        Queue.model_validate({"type": "classic", **declared}), LiveQueue.from_api(found)
    )


def test_the_same() -> None:
    assert difference({}) == []
    assert difference({"type": "quorum"}, type="quorum") == []
    assert difference({"arguments": {"x-max-priority": 5}}, arguments={"x-max-priority": 5}) == []


@pytest.mark.parametrize("kind", ["quorum", "stream"])
def test_another_type(kind: str) -> None:
    (line,) = difference({}, type=kind)
    assert line == f"x-queue-type is {kind}, declared is classic"


@pytest.mark.parametrize(
    ("declared", "live"),
    [(5, "5"), ("5", 5), (5, 6), (1, True), (True, 1), (5, None), (None, 5)],
    ids=repr,
)
def test_another_argument(declared: Any, live: Any) -> None:
    own = {} if declared is None else {"x-a": declared}
    found = {} if live is None else {"x-a": live}
    (line,) = difference({"arguments": own}, arguments=found)
    assert line.startswith("x-a is ")


def test_another_flag() -> None:
    assert len(difference({}, durable=False)) == 1
    assert len(difference({}, auto_delete=True)) == 1
