"""What a change of policies does to what is in queues now."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gate.previews import planned, policy, step
from topology.broker import state as broker
from topology.broker.live_policy import LivePolicies, LivePolicy
from topology.gate.live_queue import LiveQueue
from topology.gate.policy_effects import PolicyWorld, policy_effects

Definition = dict[str, Any]


def live(name: str, definition: Definition, **rest: Any) -> LivePolicy:
    body = {"name": name, "pattern": "^q", "apply-to": "queues", "definition": definition}
    return LivePolicy.from_api({**body, **rest})


def world(
    *policies: LivePolicy, operator: tuple[LivePolicy, ...] = (), **queue: Any
) -> PolicyWorld:
    found = {"name": "q", "type": "classic", "messages_ready": 12, **queue}
    return PolicyWorld(
        {"q": LiveQueue.on_broker(broker.LiveQueue.from_api(found))},
        LivePolicies({policy.name: policy for policy in policies}),
        LivePolicies({policy.name: policy for policy in operator}),
    )


def effects(before: PolicyWorld, *steps: dict[str, Any]) -> list[str]:
    plan = planned(*steps)
    return [effect.effect for effect in policy_effects("v", before, list(plan.steps))]


def changed(before: Definition, after: Definition, **queue: Any) -> list[str]:
    """One policy that applies, changed in place."""
    after_texts = {key.replace("-", "_"): value for key, value in after.items()}
    update = step("update", "policy", "p", policy(), policy(**after_texts))
    return effects(world(live("p", before), **queue), update)


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        ({"message-ttl": 60}, {"message-ttl": 5}, "message-ttl goes from 60 to 5: messages that"),
        ({}, {"message-ttl": 5}, "message-ttl is set to 5: messages that are older are dropped"),
        ({}, {"max-length": 10}, "max-length is set to 10: 2 of its messages are dropped"),
        ({"max-length": 50}, {"max-length": 20}, "max-length goes from 50 to 20: the oldest"),
        ({}, {"max-length-bytes": 9}, "max-length-bytes is set to 9: the oldest beyond it are"),
        ({}, {"expires": 5}, "expires is set to 5: RabbitMQ deletes the queue"),
        ({"dead-letter-exchange": "d"}, {"max-length": 99}, "max-length is set to 99"),
        ({"dead-letter-exchange": "d"}, {}, "dead-lettering ends"),
        (
            {"max-length": 5, "overflow": "reject-publish"},
            {"max-length": 5},
            "overflow becomes drop-head",
        ),
        (
            {"max-length": 50, "overflow": "reject-publish"},
            {"max-length": 20, "overflow": "drop-head"},
            "max-length goes from 50 to 20",
        ),
    ],
)
def test_what_can_cost_messages(before: Definition, after: Definition, effect: str) -> None:
    assert changed(before, after)[0].startswith(effect)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"message-ttl": 5}, {"message-ttl": 60}),
        ({"message-ttl": 5}, {}),
        ({"max-length": 5}, {"max-length": 6}),
        ({}, {"max-length": 5, "overflow": "reject-publish"}),
        ({"dead-letter-exchange": "d"}, {"dead-letter-exchange": "e"}),
        ({"max-length": 5}, {"max-length": 5, "overflow": "reject-publish"}),
        ({}, {"queue-mode": "lazy"}),
    ],
)
def test_what_cannot(before: Definition, after: Definition) -> None:
    assert changed(before, after) == []


def test_dead_letters_are_not_lost() -> None:
    after = {"message-ttl": 5, "dead-letter-exchange": "d"}
    assert changed({}, after) == [
        "message-ttl is set to 5: messages that are older are dead-lettered at once"
    ]


def test_streams_drop_old_segments() -> None:
    stream = {"type": "stream", "arguments": {"x-queue-type": "stream"}}
    assert changed({"max-age": "1Y"}, {"max-age": "7D"}, **stream) == [
        "max-age goes from 1Y to 7D: segments that are older are dropped"
    ]
    assert changed({"max-age": "60m"}, {"max-age": "1h"}, **stream) == []
    assert changed({}, {"max-length-bytes": 5}, **stream) == [
        "max-length-bytes is set to 5: old segments are dropped"
    ]


def test_quorum_queues_can_lose_dead_letters_on_their_way() -> None:
    lossless = {"dead-letter-exchange": "d", "dead-letter-strategy": "at-least-once"}
    assert changed(lossless, {"dead-letter-exchange": "d"}, type="quorum") == [
        "dead-letter-strategy is no longer at-least-once: dead letters can be lost"
    ]


def test_an_argument_of_the_queue_may_already_be_stricter() -> None:
    assert changed({}, {"message-ttl": 5}, arguments={"x-message-ttl": 3}) == []
    assert changed({}, {"message-ttl": 5}, arguments={"x-message-ttl": 9}) == [
        "message-ttl goes from 9 to 5: messages that are older are dropped at once"
    ]
    kept = {"x-dead-letter-exchange": "d"}
    assert changed({"dead-letter-exchange": "e"}, {}, arguments=kept) == []


@pytest.mark.parametrize(("kind", "warned"), [("classic", False), ("quorum", True)])
def test_what_a_full_queue_does_is_the_arguments_word_or_the_policys(
    kind: str, *, warned: bool
) -> None:
    # Seen on 3.10, 4.0 and 4.3: for quorum queues, a policy wins over the argument.
    own = {"x-overflow": "reject-publish"}
    found = changed({}, {"max-length": 5, "overflow": "drop-head"}, type=kind, arguments=own)
    assert bool(found) is warned


def test_an_operator_policy_has_the_last_word_on_full_queues() -> None:
    keeps = live("o", {"overflow": "reject-publish"})
    update = step("update", "policy", "p", policy(), policy(max_length=5))
    assert effects(world(live("p", {}), operator=(keeps,)), update) == []


def test_a_new_policy_can_hide_the_one_that_applied() -> None:
    higher = policy(queue_mode="lazy")
    higher["policy"]["priority"] = 1
    before = world(live("p", {"dead-letter-exchange": "d"}))
    assert effects(before, step("create", "policy", "r", None, higher)) == [
        "dead-lettering ends: what is rejected or expires is dropped"
    ]


def test_without_a_policy_the_next_one_applies() -> None:
    before = world(live("p", {}, priority=1), live("r", {"max-length": 1}))
    assert effects(before, step("delete", "policy", "p", policy())) == [
        "max-length is set to 1: 11 of its messages are dropped"
    ]


def test_operator_policies_count_where_they_are_stricter() -> None:
    before = world(live("p", {"max-length": 100}), operator=(live("o", {"max-length": 90}),))
    update = step("update", "operator_policy", "o", policy(), policy(max_length=80))
    assert effects(before, update) == [
        "max-length goes from 90 to 80: the oldest beyond it are dropped"
    ]
    looser = step("update", "operator_policy", "o", policy(), policy(max_length=200))
    assert effects(before, looser) == []


def test_a_policy_for_one_name_is_found_by_it() -> None:
    literal = live("p", {"max-length": 5}, pattern=r"^a\.b\-c$")
    policies = LivePolicies({"p": literal})
    assert policies.definition("a.b-c", "classic") == {"max-length": 5}
    assert policies.definition("axb-c", "classic") == {}


def test_a_policy_that_a_queue_type_cannot_take_does_not_apply() -> None:
    assert changed({}, {"message-ttl": 5, "max-age": "1h"}) == []


def test_what_goes_anyway_is_not_warned_of() -> None:
    update = step("update", "policy", "p", policy(), policy(message_ttl=5))
    assert effects(world(live("p", {})), update, step("delete", "queue", "q")) == []


def test_a_plan_without_policies_warns_of_nothing() -> None:
    assert effects(world(live("p", {"max-length": 5})), step("create", "queue", "n")) == []
