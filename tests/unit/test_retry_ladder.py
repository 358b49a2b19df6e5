"""What a ladder tells rejections by: RabbitMQ notes what a message died of last from 3.13 on, and
before only what it died of first."""

from __future__ import annotations

from typing import Any, Final

import pytest

from topology.check import check
from topology.model import Topology
from topology.version import BrokerFacts, Version

LAST: Final = "x-last-death-reason"
FIRST: Final = "x-first-death-reason"

LADDER: Final = ("q.retry", "q.dead-letter")
"""What is not rejected goes this way."""


def by_hand(header: str) -> dict[str, Any]:
    """A ladder that somebody has written out, with a limit that dead-letters too."""
    ends = [
        {
            "source": "orders.died",
            "destination": "orders.end",
            "arguments": {"x-match": "all-with-x", header: reason},
        }
        for reason in ("expired", "delivery_limit")
    ]
    return {
        "vhost": "v",
        "exchanges": {
            "orders.died": {"type": "headers", "alternate_exchange": "orders.wait"},
            "orders.wait": {"type": "fanout"},
            "orders.return": {"type": "fanout"},
        },
        "queues": {
            "orders": {
                "type": "quorum",
                "message_ttl": 60_000,
                "delivery_limit": 5,
                "dead_letter_exchange": "orders.died",
            },
            "orders.wait": {
                "type": "quorum",
                "message_ttl": 5000,
                "dead_letter_exchange": "orders.return",
            },
            "orders.end": {"type": "quorum"},
        },
        "bindings": [
            {"source": "orders.return", "destination": "orders"},
            {"source": "orders.wait", "destination": "orders.wait"},
            *ends,
        ],
    }


@pytest.mark.parametrize(
    ("version", "header"),
    [("3.10", FIRST), ("3.12", FIRST), ("3.13", LAST), ("4.0", LAST), ("4.3", LAST)],
)
def test_the_pattern_looks_at_the_header_that_there_is(version: str, header: str) -> None:
    config = {"vhost": "v", "queues": {"q": {"type": "quorum", "retry": {"delays": ["5s"]}}}}
    expanded = check(config, BrokerFacts(Version.parse(version))).expanded
    bindings = expanded.settled.topology.bindings
    reasons = [b.arguments for b in bindings if (b.source, b.destination) == LADDER]
    assert reasons == [
        {"x-match": "all-with-x", header: reason}
        for reason in ("delivery_limit", "expired", "maxlen")
    ]


@pytest.mark.parametrize(
    ("version", "header", "lost"),
    [
        ("3.12", FIRST, False),
        ("3.13", LAST, False),
        ("4.3", LAST, False),
        # A header that RabbitMQ does not set keeps nothing out.
        ("3.12", LAST, True),
        # What was rejected first and then expires would come back, and be delivered to nobody.
        ("4.3", FIRST, True),
    ],
)
def test_a_ladder_by_hand_is_told_of_where_it_loses(
    version: str, header: str, *, lost: bool
) -> None:
    found = check(by_hand(header), BrokerFacts(Version.parse(version))).problems
    rules = {problem.rule for problem in found}
    assert rules & {"dead-letter-loop", "delivery-limit-loop"} == (
        {"dead-letter-loop", "delivery-limit-loop"} if lost else set()
    )


def queue_behind(topology: Topology, exchange: str, key: str) -> str:
    """Where a rejected message goes: to a queue, by direct bindings or else the alternate."""
    declared = topology.exchanges[exchange]
    routes = [
        binding.destination
        for binding in topology.bindings
        if binding.source == exchange
        and declared.type != "headers"
        and (declared.type == "fanout" or binding.routing_key == key)
    ]
    if not routes:
        assert declared.alternate_exchange, f"{key} is lost at {exchange}"
        return queue_behind(topology, declared.alternate_exchange, key)
    (queue,) = routes
    return queue


@pytest.mark.parametrize("steps", [1, 2, 5])
@pytest.mark.parametrize("kind", ["classic", "quorum"])
def test_a_message_climbs_each_step_once_and_ends_as_a_dead_letter(steps: int, kind: str) -> None:
    delays = [f"{number + 1}s" for number in range(steps)]
    declared = {"type": kind, "retry": {"delays": delays}}
    checked = check({"vhost": "v", "queues": {"q": declared}})
    assert not checked.errors
    topology = checked.expanded.complete
    key, way = "of the publisher", []
    while True:
        assert topology.queues["q"].dead_letter_routing_key is None, "the key is the message's own"
        waits_in = queue_behind(topology, str(topology.queues["q"].dead_letter_exchange), key)
        way.append(waits_in)
        delay = topology.queues[waits_in]
        if waits_in == "q.dead-letter" or len(way) > steps:
            break
        key = str(delay.dead_letter_routing_key)
        assert queue_behind(topology, str(delay.dead_letter_exchange), key) == "q"
    assert way == [*(f"q.retry.{number + 1}" for number in range(steps)), "q.dead-letter"]
