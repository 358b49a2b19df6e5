"""Which messages that are in a queue now a change of policies drops."""

from __future__ import annotations

from typing import Any

import pytest

from tests.policies.landscape import Definition, change, empty, policy, put, queue, vhost
from topology.broker.live_policy import LivePolicies, LivePolicy
from topology.policies import PolicyChange, PolicyState, Rule, evaluate
from topology.version import Version


def effects(live: PolicyState, planned: PolicyChange) -> list[str]:
    found = evaluate(live, planned)
    return [effect.effect for effect in found if effect.rule is Rule.MESSAGES_DROPPED]


def changed(before: Definition, after: Definition, **entry: Any) -> list[str]:
    """One policy that applies, changed in place."""
    old, new = policy("p", before, pattern="^q"), policy("p", after, pattern="^q")
    return effects(vhost(old, queues=(queue(**entry),)), change(new))


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        ({"message-ttl": 60}, {"message-ttl": 5}, "message-ttl goes from 60 to 5: messages that"),
        ({}, {"message-ttl": 5}, "message-ttl is set to 5: messages that are older are dropped"),
        ({}, {"max-length": 10}, "max-length is set to 10: 2 of its messages are dropped"),
        (
            {"max-length": 50},
            {"max-length": 11},
            "max-length goes from 50 to 11: 1 of its",
        ),
        ({}, {"max-length-bytes": 9}, "max-length-bytes is set to 9: the oldest beyond it are"),
        ({}, {"expires": 5}, "expires is set to 5: RabbitMQ deletes the queue"),
        ({"dead-letter-exchange": "d"}, {"max-length": 9}, "max-length is set to 9: 3 of its"),
        ({"dead-letter-exchange": "d"}, {}, "dead-lettering ends"),
        (
            {"max-length": 5, "overflow": "reject-publish"},
            {"max-length": 5},
            "overflow becomes drop-head",
        ),
        (
            {"max-length": 50, "overflow": "reject-publish"},
            {"max-length": 2, "overflow": "drop-head"},
            "max-length goes from 50 to 2",
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
        ({"max-length": 50}, {"max-length": 12}),
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


LOSSLESS: Definition = {
    "dead-letter-exchange": "d",
    "dead-letter-strategy": "at-least-once",
    "overflow": "reject-publish",
}


@pytest.mark.parametrize("missing", ["dead-letter-strategy", "overflow"])
def test_quorum_queues_can_lose_dead_letters_on_their_way(missing: str) -> None:
    less = {key: value for key, value in LOSSLESS.items() if key != missing}
    text = "dead letters are no longer kept until they are routed (at-least-once)"
    assert text in changed(LOSSLESS, less, type="quorum")
    assert changed(less, LOSSLESS, type="quorum") == []


def test_dead_letters_that_are_kept_count_as_messages() -> None:
    kept = {"messages_ready": 0, "messages_dlx": 1}
    assert changed(LOSSLESS, {}, type="quorum", **kept) != []
    assert changed(LOSSLESS, {}, type="quorum", messages_ready=0) == []


@pytest.mark.parametrize(
    ("before", "after", "version", "effect"),
    [
        ({"delivery-limit": 5}, {"delivery-limit": 3}, Version(3, 10), "goes from 5 to 3"),
        ({}, {"delivery-limit": 30}, Version(3, 10), "is set to 30"),
        ({}, {"delivery-limit": 10}, Version(4, 0), "goes from 20 to 10"),
        ({}, {"delivery-limit": 30}, Version(4, 0), ""),
        ({"delivery-limit": -1}, {"delivery-limit": 99}, Version(4, 0), "goes from -1 to 99"),
        ({"delivery-limit": 99}, {}, Version(4, 0), "goes from 99 to 20"),
        ({"delivery-limit": 5}, {}, Version(4, 0), ""),
        ({"delivery-limit": 5}, {}, Version(3, 13), ""),
    ],
)
def test_delivery_limits(
    before: Definition, after: Definition, version: Version, effect: str
) -> None:
    # A policy has to set something; this says nothing about messages.
    before, after = ({"queue-version": 2, **entry} for entry in (before, after))
    held = vhost(policy("p", before), queues=(queue(type="quorum"),), version=version)
    found = effects(held, change(policy("p", after)))
    expected = f"delivery-limit {effect}: messages that were returned more often are dropped"
    assert found == ([expected] if effect else [])


@pytest.mark.parametrize("kind", ["classic", "quorum", "stream"])
def test_what_is_empty_loses_nothing(kind: str) -> None:
    new = policy("p", {"max-length-bytes": 1})
    assert effects(vhost(queues=(empty(type=kind),)), change(new)) == []
    assert effects(vhost(queues=(queue(type=kind),)), change(new)) != []


@pytest.mark.parametrize("held", [{"messages_ready": None}, {"messages_unacknowledged": None}])
def test_what_was_not_counted_counts_as_too_much(held: dict[str, Any]) -> None:
    assert changed({}, {"max-length": 1_000_000}, **held) == [
        "max-length is set to 1000000: the oldest beyond it are dropped"
    ]


def test_what_is_unacknowledged_comes_back() -> None:
    held = {"messages_ready": 0, "messages_unacknowledged": 3}
    assert changed({}, {"max-length": 2}, **held) == [
        "max-length is set to 2: 1 of its messages are dropped"
    ]


@pytest.mark.parametrize(
    ("held", "effect"),
    [(100, ["max-length-bytes is set to 99: the oldest beyond it are dropped"]), (99, [])],
)
def test_bytes_are_counted_too(held: int, effect: list[str]) -> None:
    assert changed({}, {"max-length-bytes": 99}, message_bytes=held) == effect


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
    keeps = policy("o", {"overflow": "reject-publish"})
    live = vhost(policy("p", {}), queues=(queue(),), operator=(keeps,))
    assert effects(live, change(policy("p", {"max-length": 5}))) == []


def test_a_new_policy_can_outrank_the_one_that_applied() -> None:
    old, new = policy("p", {"dead-letter-exchange": "d"}), policy("r", {"queue-version": 2})
    own = PolicyChange(policies=put(old, {**new, "priority": 1}))
    assert effects(vhost(old, queues=(queue(),)), own) == [
        "dead-lettering ends: messages that are rejected or expire are dropped"
    ]


def test_without_a_policy_the_next_one_applies() -> None:
    live = vhost(policy("p", {}, priority=1), policy("r", {"max-length": 1}), queues=(queue(),))
    assert effects(live, change(removed=("p",))) == [
        "max-length is set to 1: 11 of its messages are dropped"
    ]


@pytest.mark.parametrize(
    "now",
    [
        {"pattern": "^other$"},
        {"priority": -1},
        {"apply-to": "exchanges"},
        {"apply-to": "quorum_queues"},
        {"definition": {"queue-version": 2}},
    ],
    ids=str,
)
def test_a_policy_can_leave_a_queue_in_every_way(now: dict[str, Any]) -> None:
    mine = policy("p", {"dead-letter-exchange": "d"})
    live = vhost(mine, policy("r", {"max-length": 1}), queues=(queue(),))
    found = list(evaluate(live, change({**mine, **now})))
    ends = [effect for effect in found if effect.effect.startswith("dead-lettering ends")]
    assert [(effect.rule, effect.policy) for effect in ends] == [(Rule.MESSAGES_DROPPED, "p")]


def test_operator_policies_count_where_they_are_stricter() -> None:
    limit = policy("o", {"max-length": 90}, **{"apply-to": "queues"})
    held = queue(messages_ready=100)
    live = vhost(policy("p", {"max-length": 100}), queues=(held,), operator=(limit,))

    def to(value: int) -> list[str]:
        stricter = {**limit, "definition": {"max-length": value}}
        return effects(live, PolicyChange(operator_policies=put(stricter)))

    assert to(80) == ["max-length goes from 90 to 80: 20 of its messages are dropped"]
    assert to(200) == []


def test_a_policy_for_one_name_is_found_by_it() -> None:
    literal = policy("p", {"max-length": 5}, pattern=r"^a\.b\-c$")
    policies = LivePolicies({"p": LivePolicy.from_api(literal)})
    assert policies.definition("a.b-c", "classic") == {"max-length": 5}
    assert policies.definition("axb-c", "classic") == {}


def test_a_policy_that_a_queue_type_cannot_take_does_not_apply() -> None:
    assert changed({}, {"message-ttl": 5, "max-age": "1h"}) == []


def test_what_goes_anyway_is_not_reported() -> None:
    live = vhost(policy("p", {}), queues=(queue(),))
    stricter = policy("p", {"message-ttl": 5})
    assert effects(live, change(stricter)) != []
    assert effects(live, change(stricter, going=frozenset({("queues", "q")}))) == []


def test_what_is_not_changed_has_no_effect() -> None:
    strict = policy("p", {"max-length": 5})
    assert effects(vhost(strict, queues=(queue(),)), change(strict)) == []
    assert effects(vhost(strict, queues=(queue(),)), change()) == []


def test_queues_of_others_count_as_well() -> None:
    live = vhost(queues=(queue("theirs"), queue("amq.gen-1", exclusive=True)))
    found = list(evaluate(live, change(policy("p", {"expires": 3000}))))
    assert [effect.object.name for effect in found] == ["theirs", "amq.gen-1"]
