"""The work of a check grows with the topology, and not with its square.

No clock is looked at: the lines of Python that run are counted, and they are the same each time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from topology.check import check

Raw = dict[str, Any]
EXPIRING: Raw = {"dead_letter_exchange": "all", "message_ttl": 1000}


def bound(number: int, queue: Raw, *, exchange: str = "topic", key: str = "key.{}") -> Raw:
    names = [f"q{n}" for n in range(number)]
    return {
        "vhost": "large",
        "exchanges": {"all": {"type": exchange}},
        "queues": {name: dict(queue) for name in names},
        "bindings": [
            {"source": "all", "destination": name, "routing_key": key.format(n)}
            for n, name in enumerate(names)
        ],
    }


def plain(number: int) -> Raw:
    return bound(number, {})


def retried(number: int) -> Raw:
    return bound(number, {"retry": {"delays": ["1s", "5s", "1m"]}})


def dying_into_one_topic(number: int) -> Raw:
    return bound(number, EXPIRING)


def dying_into_one_fanout(number: int) -> Raw:
    return bound(number, EXPIRING, exchange="fanout", key="")


def dying_in_a_ring(number: int) -> Raw:
    raw = bound(number, EXPIRING)
    for n, queue in enumerate(raw["queues"].values()):
        key = f"q{(n + 1) % number}"
        queue.update(dead_letter_exchange="", dead_letter_routing_key=key)
    return raw


def misnamed(number: int) -> Raw:
    raw = plain(number)
    for binding in raw["bindings"]:
        binding["destination"] = f"x{binding['destination']}"
    return raw


def misspelt(number: int) -> Raw:
    return bound(number, {"max_lenght": 5})


def limited_by_a_policy(number: int) -> Raw:
    policy = {"pattern": "^q", "apply_to": "queues", "definition": {"max-length": 5}}
    return {**bound(number, {"message_ttl": 5}), "policies": {"limit": policy}}


def lines_of(raw: Raw) -> int:
    """How many lines a check of it runs."""
    count = 0

    def trace(_frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        check(raw)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    ("shape", "number"),
    [
        (plain, 100),
        (retried, 40),
        (dying_into_one_topic, 100),
        (dying_into_one_fanout, 70),
        (dying_in_a_ring, 100),
        (misnamed, 250),
        (misspelt, 100),
        (limited_by_a_policy, 100),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_twice_the_objects_are_twice_the_work(shape: Callable[[int], Raw], number: int) -> None:
    check(shape(2))  # what is worked out once and kept
    assert lines_of(shape(2 * number)) < 2.5 * lines_of(shape(number))


def test_many_keys_at_one_exchange_are_told_apart() -> None:
    """Each dead letter has a queue of its own to end in, so nothing goes round."""
    numbers = range(100)
    raw: Raw = {
        "vhost": "large",
        "exchanges": {"all": {"type": "topic"}},
        "queues": {
            **{
                f"q{n}": {
                    "message_ttl": 1000,
                    "dead_letter_exchange": "all",
                    "dead_letter_routing_key": f"dead.{n}",
                }
                for n in numbers
            },
            **{f"dead{n}": {} for n in numbers},
        },
        "bindings": [
            {"source": "all", "destination": f"{queue}{n}", "routing_key": f"{key}.{n}"}
            for n in numbers
            for queue, key in (("q", "work"), ("dead", "dead"))
        ],
    }
    assert check(raw).problems == ()
