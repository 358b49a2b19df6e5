"""Every queue argument on every queue type in every RabbitMQ series: known, refused or ignored."""

from __future__ import annotations

from typing import Any, Final

import pytest

from topology.check import check
from topology.model.queue import queue_arguments
from topology.model.queue_type import QueueType
from topology.version import BrokerFacts, Version

TYPES: Final[tuple[QueueType, ...]] = ("classic", "quorum", "stream")
VERSIONS: Final = tuple(
    Version.parse(text)
    for text in ("3.10", "3.11", "3.12", "3.13", "4.0", "4.1", "4.2", "4.3", "4.9")
)

RIGHT: Final[dict[str, Any]] = {
    "message_ttl": 60_000,
    "expires": 60_000,
    "max_length": 5,
    "max_length_bytes": 5000,
    "overflow": "reject-publish",
    "dead_letter_exchange": "amq.fanout",
    "dead_letter_routing_key": "dead",
    "dead_letter_strategy": "at-most-once",
    "delivery_limit": 5,
    "max_age": "7D",
    "stream_max_segment_size_bytes": 500_000_000,
    "stream_filter_size_bytes": 32,
    "queue_mode": "default",
    "queue_version": 2,
    "consumer_timeout": 60_000,
    "queue_leader_locator": "balanced",
    "delayed_retry_type": "all",
    "delayed_retry_min": 1000,
    "delayed_retry_max": 5000,
    "consumer_disconnected_timeout": 60_000,
    "max_priority": 5,
    "single_active_consumer": True,
    "quorum_initial_group_size": 3,
    "initial_cluster_size": 3,
}
"""A value that each setting takes."""

_WITH: Final[dict[str, dict[str, Any]]] = {
    "dead_letter_routing_key": {"dead_letter_exchange": "amq.fanout"},
    "delayed_retry_type": {"delayed_retry_min": 1000},
}
"""What a setting does not go without."""

_RULES: Final = {"unsupported-setting", "ignored-setting"}


def found(queue: dict[str, Any], version: Version) -> set[str]:
    """Which rules say that a setting is not known; any other error is a surprise."""
    problems = check({"vhost": "v", "queues": {"q": queue}}, BrokerFacts(version)).problems
    named = {problem.rule for problem in problems}
    errors = {problem.rule for problem in problems if problem.severity == "error"}
    assert errors <= _RULES | {"dead-letter-unrouted"}
    return named & _RULES


def test_every_setting_has_a_value_here() -> None:
    assert set(RIGHT) == set(queue_arguments())


def declared(setting: str) -> dict[str, Any]:
    """A queue's fields for a setting, with what it does not go without."""
    return {**_WITH.get(setting, {}), setting: RIGHT[setting]}


@pytest.mark.parametrize("version", VERSIONS, ids=str)
@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("setting", RIGHT)
def test_a_setting_passes_just_where_it_is_known(
    setting: str, kind: QueueType, version: Version
) -> None:
    settings = [queue_arguments()[name] for name in declared(setting)]
    known = all(entry.known(kind, version) for entry in settings)
    applied = all(entry.policy is None or entry.policy.known(version) for entry in settings)
    arguments = {queue_arguments()[name].name: value for name, value in declared(setting).items()}
    by_policy = {"type": kind, **declared(setting)}
    fixed = {**by_policy, "settings_as_arguments": True}
    raw = {"type": kind, "arguments": arguments}
    assert (not found(by_policy, version)) == (known and applied)
    assert (not found(fixed, version)) == known
    assert (not found(raw, version)) == known


@pytest.mark.parametrize("setting", RIGHT)
@pytest.mark.parametrize("wrong", [None, -7, 1.5, 10**19, "bogus", [1], {"a": 1}], ids=repr)
def test_wrong_values_are_errors(setting: str, wrong: Any) -> None:
    if wrong == "bogus" and setting.startswith("dead_letter_") and "strategy" not in setting:
        return
    argument = queue_arguments()[setting].name
    for kind in TYPES:
        queue = {"type": kind, "arguments": {argument: wrong}}
        checked = check({"vhost": "v", "queues": {"q": queue}})
        path = ("queues", "q", "arguments", argument)
        assert path in {problem.path for problem in checked.errors}
