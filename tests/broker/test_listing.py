"""What follows from the queues and policies of a vhost."""

from __future__ import annotations

from typing import Any

from topology.broker.listing import ExchangeListing, QueueListing
from topology.broker.live_policy import LivePolicies, LivePolicy
from topology.broker.state import LiveExchange, LiveQueue


def policy(name: str, pattern: str, **rest: Any) -> LivePolicy:
    body = {"name": name, "pattern": pattern, "definition": {"max-length": 5}, **rest}
    return LivePolicy.from_api(body)


def listing(policies: list[LivePolicy], **arguments: dict[str, Any]) -> QueueListing:
    named = LivePolicies({entry.name: entry for entry in policies})
    queues = (LiveQueue(name, "classic", arguments=given) for name, given in arguments.items())
    return QueueListing(tuple(queues), read_policies=lambda: named)


def test_dead_letters_go_where_the_argument_says_and_then_the_policy() -> None:
    argument = {"x-dead-letter-exchange": "argument"}
    found = listing(
        [policy("p", "^[abe]$", definition={"dead-letter-exchange": "policy"})],
        a={},
        b=argument,
        c=argument,
        d={"x-dead-letter-exchange": ""},
        f={},
    )
    assert found.dead_letter_sources == {"policy": ["a"], "argument": ["b", "c"], "": ["d"]}


def test_of_several_policies_the_strongest_applies() -> None:
    weak = policy("weak", "", definition={"dead-letter-exchange": "old"})
    strong = policy("strong", "^a$", priority=1, definition={"dead-letter-exchange": "new"})
    stream = policy("stream", "", priority=2, definition={"max-age": "1h"})
    exchange = policy("exchange", "", priority=3, **{"apply-to": "exchanges"})
    found = listing([weak, strong, stream, exchange], a={}, b={})
    assert found.by_policy == {"strong": ["a"], "weak": ["b"]}
    assert found.dead_letter_sources == {"new": ["a"], "old": ["b"]}


def test_of_equally_strong_policies_each_may_apply() -> None:
    found = listing([policy("one", "^a"), policy("another", "a$")], a={})
    assert found.by_policy == {"one": ["a"], "another": ["a"]}


def test_exchanges_by_the_policy_that_rabbitmq_lists() -> None:
    exchanges = (LiveExchange("a", policy="p"), LiveExchange("b"), LiveExchange("c", policy="p"))
    assert ExchangeListing(exchanges).by_policy == {"p": ["a", "c"]}
