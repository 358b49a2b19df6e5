"""A queue's own settings are combined with the one policy that would apply to it without them."""

from __future__ import annotations

from typing import Any

from topology.check import check
from topology.expand.settings import GENERATED_PRIORITY, Settled


def settled(**config: Any) -> Settled:
    return check({"vhost": "v", **config}).expanded.settled


POLICIES = {
    "all": {
        "pattern": ".*",
        "apply_to": "all",
        "definition": {"max-length": 1, "expires": 1, "alternate-exchange": "x"},
    },
    "some": {
        "pattern": "^q",
        "apply_to": "queues",
        "priority": 5,
        "definition": {"max-length": 10, "message-ttl": 5},
    },
}


def test_own_values_win_and_the_rest_of_the_strongest_policy_stays() -> None:
    found = settled(queues={"q": {"max_length": 20}}, policies=POLICIES)
    policy = found.topology.policies["queue.q"]
    assert policy.definition.values() == {"max-length": 20, "message-ttl": 5}
    assert (policy.priority, policy.apply_to) == (GENERATED_PRIORITY, "queues")
    assert found.applied["queues", "q"] == "queue.q"
    assert found.generated == {"queue.q"}
    assert len(found.notes) == 1


def test_without_settings_of_its_own_the_strongest_policy_applies() -> None:
    found = settled(queues={"q": {}, "other": {}}, policies=POLICIES)
    assert found.applied["queues", "q"] == "some"
    assert found.applied["queues", "other"] == "all"
    assert found.generated == frozenset()


def test_a_queue_takes_nothing_that_exchanges_read() -> None:
    found = settled(queues={"other": {"max_length": 20}}, policies=POLICIES)
    definition = found.topology.policies["queue.other"].definition.values()
    assert definition == {"max-length": 20, "expires": 1}


def test_settings_as_arguments_need_no_policy() -> None:
    found = settled(queues={"q": {"max_length": 20, "settings_as_arguments": True}})
    assert found.topology.queues["q"].arguments == {"x-max-length": 20}
    assert found.topology.policies == {}
