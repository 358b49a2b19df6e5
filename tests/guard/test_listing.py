"""What guards read of a vhost: once for many of them, and never older than they may use."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest

from topology.broker import Management
from topology.broker.live_policy import LivePolicies, LivePolicy
from topology.guard import listing
from topology.guard.listing import Listing, Look


class Counting:
    """Answers as a management API with one object does, and counts how often it is asked."""

    def __init__(self, takes: float = 0.0) -> None:
        self.asked = self.asked_policies = 0
        self._takes, self._lock = takes, threading.Lock()

    def get(self, section: str, **_: str) -> dict[str, Any]:
        assert section == "overview"
        return {"rabbitmq_version": "4.3.6"}

    def find(self, section: str, vhost: str, **_: str) -> list[dict[str, Any]]:
        if section == "policies":
            self.asked_policies += 1
            return []
        with self._lock:
            self.asked += 1
        time.sleep(self._takes)
        return [{"name": f"{section} of {vhost}", "asked": self.asked}]

    @property
    def listing(self) -> Listing:
        return Listing(lambda: cast("Management", self))


def test_many_guards_look_once() -> None:
    broker = Counting(takes=0.05)
    found = broker.listing
    with ThreadPoolExecutor(16) as pool:
        looks = list(pool.map(lambda _: found.look("queues", "v"), range(100)))
    assert broker.asked == 1
    assert {id(look) for look in looks} == {id(looks[0])}
    assert list(looks[0].named) == ["queues of v"]
    assert found.one("queues", "w", "queues of w"), "each vhost has its own"
    assert found.one("exchanges", "v", "exchanges of v"), "and each section"
    assert found.one("queues", "v", "another") is None


def test_policies_are_asked_for_when_they_matter() -> None:
    broker = Counting()
    look = broker.listing.look("queues", "v")
    assert look.named
    assert broker.asked_policies == 0
    assert (look.feeders, look.under) == ({}, {})
    assert broker.asked_policies == 1


def test_a_look_serves_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "SHARED_SECONDS", 0.05)
    broker = Counting()
    found = broker.listing
    found.look("exchanges", "v")
    time.sleep(0.1)
    found.look("exchanges", "v")
    assert broker.asked == 2


def test_what_is_older_than_asked_for_is_read_again() -> None:
    broker = Counting()
    found = broker.listing
    name = "queues of v"

    def asked(since: float = 0.0) -> int:
        entry = found.one("queues", "v", name, since=since)
        return entry["asked"] if entry else 0

    assert [asked(), asked(), asked(time.monotonic()), asked()] == [1, 1, 2, 2]


def policy(name: str, pattern: str, **rest: Any) -> LivePolicy:
    body = {"name": name, "pattern": pattern, "definition": {"max-length": 5}, **rest}
    return LivePolicy.from_api(body)


def look(policies: list[LivePolicy], **queues: dict[str, Any]) -> Look:
    named = {entry.name: entry for entry in policies}
    found = [{"name": name, "type": "classic", **queue} for name, queue in queues.items()]
    return Look(found=found, ask_policies=lambda: LivePolicies(named))


def test_dead_letters_go_where_the_argument_says_and_then_the_policy() -> None:
    argument = {"arguments": {"x-dead-letter-exchange": "argument"}}
    found = look(
        [policy("p", "^[abe]$", definition={"dead-letter-exchange": "policy"})],
        a={},
        b=argument,
        c=argument,
        d={"arguments": {"x-dead-letter-exchange": ""}},
        f={"arguments": {}},
    )
    assert found.feeders == {"policy": ["a"], "argument": ["b", "c"], "": ["d"]}


def test_of_several_policies_the_strongest_applies() -> None:
    weak = policy("weak", "", definition={"dead-letter-exchange": "old"})
    strong = policy("strong", "^a$", priority=1, definition={"dead-letter-exchange": "new"})
    stream = policy("stream", "", priority=2, definition={"max-age": "1h"})
    exchange = policy("exchange", "", priority=3, **{"apply-to": "exchanges"})
    found = look([weak, strong, stream, exchange], a={}, b={})
    assert found.under == {"strong": ["a"], "weak": ["b"]}
    assert found.feeders == {"new": ["a"], "old": ["b"]}


def test_of_equally_strong_policies_each_may_apply() -> None:
    found = look([policy("one", "^a"), policy("another", "a$")], a={})
    assert found.under == {"one": ["a"], "another": ["a"]}
