"""What queues and exchanges take over: their own values win over profiles, these over defaults."""

from __future__ import annotations

from typing import Any

import pytest

from topology.check import check
from topology.expand.inherit import inherit
from topology.model import Queue, Topology


def queue(own: dict[str, Any], **config: Any) -> Queue:
    """One queue, complete in itself."""
    topology = Topology.model_validate({"vhost": "v", **config, "queues": {"q": own}})
    return inherit(topology).queues["q"]


DEFAULTS = {"queue": {"max_length": 1, "message_ttl": 1, "expires": 1}}
PROFILES = {"p": {"max_length": 2, "message_ttl": 2}}


def test_own_values_win_over_profiles_and_these_over_defaults() -> None:
    found = queue({"profile": "p", "max_length": 3}, defaults=DEFAULTS, profiles=PROFILES)
    assert (found.max_length, found.message_ttl, found.expires) == (3, 2, 1)


def test_null_drops_what_a_profile_sets() -> None:
    found = queue({"profile": "p", "max_length": None}, defaults=DEFAULTS, profiles=PROFILES)
    assert (found.max_length, found.message_ttl) == (None, 2)


def test_arguments_are_merged_one_by_one() -> None:
    found = queue(
        {"profile": "p", "arguments": {"x-a": 3}},
        defaults={"queue": {"arguments": {"x-a": 1, "x-b": 1, "x-c": 1}}},
        profiles={"p": {"arguments": {"x-a": 2, "x-b": 2}}},
    )
    assert found.arguments == {"x-a": 3, "x-b": 2, "x-c": 1}


@pytest.mark.parametrize(
    ("own", "vhost", "expected"),
    [
        ({}, "v", "classic"),
        ({}, {"name": "v", "default_queue_type": "quorum"}, "quorum"),
        ({"type": "stream"}, {"name": "v", "default_queue_type": "quorum"}, "stream"),
        ({"profile": "p"}, {"name": "v", "default_queue_type": "quorum"}, "classic"),
    ],
)
def test_every_queue_has_a_type(own: dict[str, Any], vhost: Any, expected: str) -> None:
    assert queue(own, vhost=vhost, profiles={"p": {"type": "classic"}}).type == expected


def test_exchanges_take_defaults() -> None:
    config = {
        "vhost": "v",
        "defaults": {"exchange": {"type": "topic"}},
        "exchanges": {"a": {}, "b": {"type": "fanout"}},
    }
    exchanges = check(config).expanded.settled.topology.exchanges
    assert (exchanges["a"].type, exchanges["b"].type) == ("topic", "fanout")
