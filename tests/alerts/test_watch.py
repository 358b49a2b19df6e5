"""Which rules there are for a topology, and of what."""

from __future__ import annotations

from typing import Any

import pytest

from tests.alerts.topologies import SHOP, checked, watched
from topology.alerts import Watch
from topology.alerts.limits import Limits, limits
from topology.version import NEWEST


def named(watch: Watch) -> set[tuple[str, str, str]]:
    """(alert, what it is of, whose it is)."""
    return {
        (
            rule.alert.removeprefix("Rabbitmq"),
            rule.labels.get("queue") or rule.labels.get("exchange") or "",
            rule.labels.get("service", ""),
        )
        for rule in watch.rules
    }


def test_the_newest_rabbitmq_is_watched_in_everything() -> None:
    watch = watched(SHOP)
    found = named(watch)
    majority = {entry for entry in found if entry[0] == "QueueWithoutMajority"}
    assert {queue for _, queue, _ in majority} == {
        "packing",
        "packing.dead-letter",
        "packing.retry.1",
        "packing.retry.2",
        "audit",
        "lost",
    }
    assert found - majority == {
        ("VhostNotSeen", "", ""),
        ("NodesWithoutMajority", "", ""),
        ("ShovelDown", "", ""),
        ("FederationDown", "", ""),
        ("DeadLetters", "packing.dead-letter", "packer"),
        ("DeadLetters", "failed", "biller"),
        ("UnroutedWait", "lost", "shop"),
        ("NoConsumers", "packing", "packer"),
        ("NoConsumers", "billing", "biller"),
        ("QueueNearlyFull", "packing", "packer"),
        ("QueueNearlyFull", "billing", "biller"),
        ("MessagesWaitLong", "packing", "packer"),
        ("QueueExpires", "billing", "biller"),
        ("MessagesDropped", "orders", "shop"),
        ("MessagesDropped", "lost", ""),
        ("MessagesReturned", "orders", "shop"),
        ("MessagesReturned", "lost", ""),
    }
    assert [note.rpartition("plugin ")[2] for note in watch.notes] == [
        "rabbitmq_shovel_prometheus is enabled",
        "rabbitmq_federation_prometheus is enabled",
    ]


def test_what_an_old_rabbitmq_does_not_export_is_said_and_not_watched() -> None:
    watch = watched(SHOP, "3.10")
    assert {alert for alert, _, _ in named(watch)} == {
        "VhostNotSeen",
        "NodesWithoutMajority",
        "DeadLetters",
        "UnroutedWait",
        "NoConsumers",
        "QueueNearlyFull",
        "QueueExpires",
        "MessagesDropped",
        "MessagesReturned",
    }
    assert ("MessagesDropped", "", "") in named(watch)
    assert [note.partition(":")[0] for note in watch.notes] == [
        "shovels are not watched",
        "federation links are not watched",
        "how long messages wait in packing is not watched",
    ]
    assert all(metric.since <= watch.version for rule in watch.rules for metric in rule.metrics)


def test_no_rule_where_there_is_nothing_to_watch() -> None:
    assert watched({"vhost": "v"}).rules == ()


def test_the_smallest_of_all_limits_counts() -> None:
    found = limits(checked(SHOP).expanded, NEWEST)
    assert found["packing"] == Limits("quorum", max_length=500, message_ttl=3_600_000, refuses=True)
    policy = {"pattern": "^q$", "definition": {"max-length": 70, "message-ttl": 9}}
    raw: dict[str, Any] = {
        "vhost": "v",
        "queues": {"q": {"arguments": {"x-max-length": 80, "x-message-ttl": 5}}},
        "policies": {"p": policy},
    }
    assert limits(checked(raw).expanded, NEWEST)["q"] == Limits(
        "classic", max_length=70, message_ttl=5
    )


@pytest.mark.parametrize(
    ("services", "kept"),
    [
        ({}, {"dead": ("work",)}),
        ({"worker": {"consumes": ["work"]}}, {"dead": ("work",)}),
        ({"worker": {"consumes": ["work"]}, "fixer": {"consumes": ["dead"]}}, {}),
    ],
)
def test_dead_letters_are_where_they_end_and_nobody_consumes(
    services: dict[str, Any], kept: dict[str, tuple[str, ...]]
) -> None:
    raw: dict[str, Any] = {
        "vhost": "v",
        "exchanges": {"rejected": {"type": "topic"}, "on": {"type": "fanout"}},
        "queues": {"work": {"dead_letter_exchange": "rejected"}, "dead": {}, "other": {}},
        "bindings": [
            {"source": "rejected", "destination": "on", "destination_type": "exchange"}
            | {"routing_key": "#"},
            {"source": "on", "destination": "dead"},
        ],
        "services": services,
    }
    assert watched(raw).roles.dead_letters == kept


def test_a_queue_that_messages_come_back_to_keeps_no_dead_letters() -> None:
    raw: dict[str, Any] = {
        "vhost": "v",
        "exchanges": {"later": {}, "now": {"type": "fanout"}},
        "queues": {
            "delay": {"message_ttl": 60_000, "dead_letter_exchange": "now"},
            "work": {},
            "other": {},
        },
        "bindings": [
            {"source": "later", "destination": "delay", "routing_key": "k"},
            {"source": "now", "destination": "work"},
            {"source": "later", "destination": "other", "routing_key": "k"},
        ],
        "services": {"worker": {"consumes": ["work"]}},
    }
    assert watched(raw).roles.dead_letters == {}
