"""Every queue argument on every queue type, at the RabbitMQ series where it changes whether it is
known, refused or ignored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from topology.check import check
from topology.model.queue import queue_arguments
from topology.model.queue_type import QueueType
from topology.version import BrokerFacts, Version

TYPES: Final[tuple[QueueType, ...]] = ("classic", "quorum", "stream")
SERIES: Final = ("3.10", "3.11", "3.12", "3.13", "4.0", "4.1", "4.2", "4.3", "4.9")
"""Every release series, and one that is not known yet."""

ALWAYS: Final = ("3.10", "4.9")
NOT_STREAM: Final = {"classic": ALWAYS, "quorum": ALWAYS}
QUORUM: Final = {"quorum": ALWAYS}
STREAM: Final = {"stream": ALWAYS}
NEW: Final = {"quorum": ("4.3", "4.9")}

KNOWN: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "message_ttl": NOT_STREAM,
    "expires": NOT_STREAM,
    "max_length": NOT_STREAM,
    "max_length_bytes": {**NOT_STREAM, "stream": ALWAYS},
    "overflow": NOT_STREAM,
    "dead_letter_exchange": NOT_STREAM,
    "dead_letter_routing_key": NOT_STREAM,
    "dead_letter_strategy": QUORUM,
    "delivery_limit": QUORUM,
    "max_age": STREAM,
    "stream_max_segment_size_bytes": STREAM,
    "stream_filter_size_bytes": {"stream": ("3.13", "4.9")},
    "queue_mode": {"classic": ALWAYS},
    "queue_version": {"classic": ALWAYS},
    "consumer_timeout": {
        "classic": ("3.12", "4.2"),
        "quorum": ("3.12", "4.9"),
        "stream": ("3.12", "4.2"),
    },
    "queue_leader_locator": {"classic": ("4.0", "4.9"), "quorum": ALWAYS, "stream": ALWAYS},
    "delayed_retry_type": NEW,
    "delayed_retry_min": NEW,
    "delayed_retry_max": NEW,
    "consumer_disconnected_timeout": NEW,
    "max_priority": {"classic": ALWAYS},
    "single_active_consumer": NOT_STREAM,
    "quorum_initial_group_size": QUORUM,
    "initial_cluster_size": STREAM,
}
"""The first and the last series in which a queue type knows a setting, as RabbitMQ's server
validates it: written down here a second time, so that the model's own table is compared with it."""

POLICY_SINCE: Final = {"consumer_timeout": "3.13"}
"""Where a policy can apply a setting later than a queue's argument can."""

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
    assert set(RIGHT) == set(KNOWN) == set(queue_arguments())


def declared(setting: str) -> dict[str, Any]:
    """A queue's fields for a setting, with what it does not go without."""
    return {**_WITH.get(setting, {}), setting: RIGHT[setting]}


def boundaries(setting: str, kind: QueueType) -> Iterator[tuple[Version, bool, bool]]:
    """A series, whether the setting is known there, and whether a policy can apply it: where that
    changes, the series on both sides; else the oldest and the newest."""
    first, last = KNOWN[setting].get(kind, ("", ""))
    known = [bool(first) and SERIES.index(first) <= i <= SERIES.index(last) for i in range(9)]
    since = SERIES.index(POLICY_SINCE.get(setting, "3.10"))
    rows = [(here, here and i >= since) for i, here in enumerate(known)]
    for i, row in enumerate(rows):
        beside = rows[max(i - 1, 0) : i + 2]
        if i in (0, len(rows) - 1) or any(other != row for other in beside):
            yield Version.parse(SERIES[i]), *row


@pytest.mark.parametrize("setting", RIGHT)
def test_a_setting_passes_just_where_it_is_known(setting: str) -> None:
    arguments = {queue_arguments()[name].name: value for name, value in declared(setting).items()}
    for kind in TYPES:
        for version, known, applied in boundaries(setting, kind):
            where = f"{kind} on {version}"
            by_policy = {"type": kind, **declared(setting)}
            fixed = {**by_policy, "settings_as_arguments": True}
            raw = {"type": kind, "arguments": arguments}
            assert (not found(by_policy, version)) == applied, where
            assert (not found(fixed, version)) == known, where
            assert (not found(raw, version)) == known, where


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
