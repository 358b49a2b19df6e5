"""What is made is as large as it says, and is a topology that this program would accept."""

from __future__ import annotations

import re

import pytest

from benchmarks.landscape import CHANGED_MAX_LENGTH, MAX_LENGTH, MESSAGE_TTL, POLICIES, Landscape
from tests.support.config import dev
from topology.check import check


@pytest.mark.parametrize("size", [4, 100, 1000, 4000, 10000])
def test_a_size_counts_everything(size: int) -> None:
    definitions = Landscape(size, "v").definitions()
    assert sum(len(objects) for objects in definitions.values()) == size
    assert len(definitions["queues"]) == len(definitions["bindings"])


def test_the_smallest_is_like_the_dev_stack() -> None:
    config, smallest = dev("v"), Landscape(4, "v").config()
    assert {key: len(config[key]) for key in config} == {key: len(smallest[key]) for key in config}
    assert not smallest["policies"]


def test_each_queue_is_under_one_policy() -> None:
    landscape = Landscape(1000, "v")
    for queue in landscape.queues:
        policies = landscape.policies().values()
        assert sum(bool(re.search(policy["pattern"], queue)) for policy in policies) == 1


@pytest.mark.parametrize("size", [4, 100])
def test_this_program_comes_to_the_same_policies(size: int) -> None:
    landscape = Landscape(size, "v")
    for changed in (
        landscape,
        landscape.with_one_queue_changed(),
        landscape.with_one_queue_changed().with_policies_changed(),
    ):
        settled = check(changed.config()).usable().topology
        assert {name: policy.definition.values() for name, policy in settled.policies.items()} == {
            name: policy["definition"] for name, policy in changed.policies().items()
        }


def test_the_changes() -> None:
    landscape = Landscape(100, "v")
    one = landscape.with_one_queue_changed().policies()
    added = one.keys() - landscape.policies().keys()
    assert [one[name]["definition"] for name in added] == [
        {"max-length": MAX_LENGTH, "message-ttl": MESSAGE_TTL}
    ]
    every = landscape.with_policies_changed().policies()
    assert [policy["definition"] for policy in every.values()] == [
        {"max-length": CHANGED_MAX_LENGTH}
    ] * POLICIES
