"""Policies on the broker that a run would keep from applying."""

from __future__ import annotations

from typing import Any

import pytest

from tests.policies.landscape import (
    Entry,
    change,
    effects_of,
    empty,
    policy,
    queue,
    refusal_of,
    vhost,
)
from topology.policies import PolicyChange, PolicySet, PolicyState, Rule, evaluate

DLX = {"dead-letter-exchange": "dlx"}
THEIRS = policy("all", DLX)
ROUTED = {
    "exchanges": {"dlx": {"type": "fanout"}},
    "bindings": [{"source": "dlx", "destination": "dead"}],
}
LIMITED = {"queues": {"q": {"max_length": 500}}}


def unapplied(live: PolicyState, raw: dict[str, Any]) -> list[tuple[str, str, str, set[str]]]:
    return [
        (effect.lost, effect.policy, effect.object.name, set(effect.keys))
        for effect in effects_of(live, raw)
        if effect.rule is Rule.POLICY_UNAPPLIED
    ]


@pytest.mark.parametrize("held", [queue(), empty()], ids=["held", "empty"])
def test_a_generated_policy_takes_the_place_of_a_live_one(held: Entry) -> None:
    live = vhost(THEIRS, queues=(held,))
    assert unapplied(live, LIMITED) == [("all", "queue.q", "q", {"dead-letter-exchange"})]


def test_so_it_does_before_the_queue_is_there() -> None:
    live = vhost(THEIRS)
    assert unapplied(live, LIMITED) == [("all", "queue.q", "q", {"dead-letter-exchange"})]
    assert "queue q (to be created)" in refusal_of(live, LIMITED)


@pytest.mark.parametrize(
    "queues",
    [
        {"q": {}},
        {"q": {"dead_letter_exchange": "dlx"}},
        {"q": {"max_length": 500, "dead_letter_exchange": "dlx"}},
        {"q": {"arguments": {"x-dead-letter-exchange": "dlx"}, "max_length": 500}},
        {"other": {"max_length": 500}},
    ],
    ids=str,
)
def test_what_stays_as_it_is_is_no_loss(queues: dict[str, Any]) -> None:
    own = {"x-dead-letter-exchange": "dlx"} if "arguments" in queues.get("q", {}) else {}
    live = vhost(policy("all", DLX, pattern="^q$"), queues=(queue(arguments=own),))
    assert unapplied(live, {**ROUTED, "queues": {**queues, "dead": {}}}) == []


def test_what_a_queue_says_itself_takes_the_place_of_the_same_key() -> None:
    live = vhost(policy("all", {"max-length": 1000}), queues=(queue(),))
    assert unapplied(live, LIMITED) == []


def test_a_declared_policy_says_nothing_about_the_queues_of_others() -> None:
    mine = {"policies": {"p": {"pattern": "^q", "priority": 1, "definition": {"max-length": 9}}}}
    live = vhost(policy("all", {"max-length": 5}), queues=(queue(),))
    assert unapplied(live, mine) == [("all", "p", "q", {"max-length"})]
    assert unapplied(live, {**mine, "queues": {"q": {}}}) == []


@pytest.mark.parametrize("kind", ["queue", "stream", "exchange"])
def test_on_no_kind_of_object(kind: str) -> None:
    keys = {"queue": "message-ttl", "stream": "max-age", "exchange": "alternate-exchange"}
    values = {"queue": 5, "stream": "1h", "exchange": "unrouted"}
    theirs = policy("theirs", {keys[kind]: values[kind]})
    live = vhost(
        theirs,
        queues=(queue(type="classic" if kind == "queue" else "stream"),) * (kind != "exchange"),
        exchanges=({"name": "e"},) * (kind == "exchange"),
    )
    other = {"federation-upstream-set": "all"}
    found = list(evaluate(live, change(policy("mine", other, priority=1))))
    assert [effect.lost for effect in found if effect.rule is Rule.POLICY_UNAPPLIED] == ["theirs"]


def test_keys_that_mean_nothing_to_an_object_are_not_missed() -> None:
    theirs = policy("theirs", {"alternate-exchange": "unrouted", "queue-mode": "lazy"})
    mine = policy("mine", {"delivery-limit": 5}, priority=1)
    quorum = vhost(theirs, queues=(empty(type="quorum"),))
    assert list(evaluate(quorum, change(mine))) == []


def test_a_plugins_own_key_is_missed() -> None:
    theirs = policy("theirs", {"x-of-a-plugin": 1})
    mine = policy("mine", {"message-ttl": 5}, priority=1)
    found = evaluate(vhost(theirs, queues=(empty(),)), change(mine))
    assert [effect.effect for effect in found] == ["x-of-a-plugin would stop applying"]


def test_one_of_the_same_priority_may_be_the_one_that_rabbitmq_takes() -> None:
    live = vhost(THEIRS, queues=(empty(),))
    same = policy("zzz", {"queue-version": 2})
    assert [effect.lost for effect in evaluate(live, change(same))] == ["all"]
    lower = {**same, "priority": -1}
    assert list(evaluate(live, change(lower))) == []


def test_what_was_of_the_same_priority_before_is_no_doing_of_the_run() -> None:
    other = policy("zzz", {"queue-version": 2})
    live = vhost(THEIRS, other, queues=(empty(),))
    assert list(evaluate(live, change(policy("unrelated", DLX, pattern="^none$")))) == []


OPERATOR = policy("cap", {"max-length": 1000, "expires": 60_000}, **{"apply-to": "queues"})


def test_operator_policies_of_others_are_not_switched_off_either() -> None:
    mine = {"pattern": "^q$", "priority": 1, "definition": {"max-length": 1000}}
    live = vhost(operator=(OPERATOR,), queues=(empty(),))
    raw = {"queues": {"q": {}}, "operator_policies": {"mine": mine}}
    assert unapplied(live, raw) == [("cap", "mine", "q", {"expires"})]
    looser = {**mine, "definition": {"max-length": 2000, "expires": 60_000}}
    assert unapplied(live, {**raw, "operator_policies": {"mine": looser}}) == [
        ("cap", "mine", "q", {"max-length"})
    ]


def test_a_policy_of_the_stack_stays_for_what_others_declared() -> None:
    mine = policy("mine", {**DLX, "queue-version": 2})
    theirs, own = empty("theirs"), empty("own")
    live = vhost(mine, queues=(theirs, own, empty("amq.gen-1", exclusive=True)))
    declared = frozenset({("queues", "own")})
    gone = PolicyChange(
        policies=PolicySet(removed=frozenset({"mine"})),
        declared=declared,  # type: ignore[arg-type]
    )
    found = list(evaluate(live, gone))
    assert [(effect.object.name, set(effect.keys)) for effect in found] == [
        ("theirs", {"dead-letter-exchange"})
    ]
    assert found[0].removed


@pytest.mark.parametrize(
    ("definition", "missed"),
    [
        ({"overflow": "reject-publish"}, True),
        ({"overflow": "drop-head"}, False),
        ({"dead-letter-strategy": "at-most-once"}, False),
        ({"max-length": 5}, False),
        ({"alternate-exchange": "unrouted"}, True),
    ],
)
def test_of_its_own_only_what_keeps_messages_is_missed(
    definition: dict[str, Any], *, missed: bool
) -> None:
    live = vhost(policy("mine", definition), queues=(empty(),), exchanges=({"name": "e"},))
    assert bool(list(evaluate(live, change(removed=("mine",))))) is missed


REFUSAL = """\
[policy-refused] 1 change is refused, and no policy is changed:
  - queues.q (policy queue.q): on queue q (0 messages, 0 consumers), it would take the place of \
live policy all, which this stack does not declare: dead-letter-exchange would stop applying \
[policy-unapplied]
    Options:
    - declare it, and its keys are combined with those of q: policies: {all: {pattern: ".*", \
apply_to: all, priority: 0, definition: {dead-letter-exchange: dlx}}}; declare exchange dlx too, \
or ignore_rules: {undeclared-dead-letter-exchange: REASON} if others make it
    - set the same in queues.q: {dead_letter_exchange: dlx}; declare exchange dlx too, \
or ignore_rules: {undeclared-dead-letter-exchange: REASON} if others make it
    - consent to it: allow_policy_loss: {policies: [all]}"""


def test_a_refusal_names_the_place_the_policy_the_keys_and_the_objects() -> None:
    assert refusal_of(vhost(THEIRS, queues=(empty(),)), LIMITED) == REFUSAL
    routed = {**ROUTED, "queues": {"q": {"max_length": 500}, "dead": {}}}
    assert "ignore_rules" not in refusal_of(vhost(THEIRS, queues=(empty(),)), routed)


ELSEWHERE = {"ignore_rules": {"undeclared-dead-letter-exchange": "another stack declares it"}}


@pytest.mark.parametrize(
    "way",
    [
        {"policies": {"all": {"pattern": ".*", "definition": DLX}}, **ELSEWHERE},
        {"queues": {"q": {"max_length": 500, "dead_letter_exchange": "dlx"}}, **ELSEWHERE},
        {
            "allow_policy_loss": {"policies": ["all"]},
            "allow_message_loss": {"queues": ["q"]},
        },
    ],
    ids=["declare", "set the same", "consent"],
)
def test_each_option_works(way: dict[str, Any]) -> None:
    live = vhost(THEIRS, queues=(queue(),))
    text = refusal_of(live, LIMITED)
    assert "allow_message_loss: {queues: [q]}" in text
    assert "allow_policy_loss: {policies: [all]}" in text
    assert refusal_of(live, {**LIMITED, **way}) == ""


MINE = {"policies": {"mine": {"pattern": ".*", "priority": 7, "definition": {"expires": 9}}}}


@pytest.mark.parametrize(
    "way",
    [
        {"definition": {"expires": 9, **DLX}},
        {"priority": 2},
    ],
    ids=["set the same", "priority"],
)
def test_each_option_of_a_declared_policy_works(way: dict[str, Any]) -> None:
    live = vhost(policy("all", DLX, priority=3), queues=(empty(),))
    text = refusal_of(live, MINE)
    assert "set the same in policies.mine.definition: {dead-letter-exchange: dlx}" in text
    assert "give policies.mine a priority below 3" in text
    mine = {**MINE["policies"]["mine"], **way}
    assert refusal_of(live, {"policies": {"mine": mine}, **ELSEWHERE}) == ""


def test_consent_to_dropping_is_by_queue() -> None:
    live = vhost(queues=(queue("a"), queue("b")))
    raw = {"policies": {"p": {"pattern": ".*", "definition": {"max-length": 2}}}}
    text = refusal_of(live, raw)
    assert text.startswith(
        "[policy-refused] 1 change is refused, and no policy is changed:\n"
        "  - policies.p: max-length is set to 2: 10 of its messages are dropped, in queue a "
        "(12 messages, 1 consumer), queue b (12 messages, 1 consumer) [messages-dropped]"
    )
    for way in (
        "drain it: let consumers take the messages",
        "allow_message_loss: {queues: [a, b]}",
    ):
        assert way in text
    one = refusal_of(live, {**raw, "allow_message_loss": {"queues": ["a"]}})
    assert "queue a" not in one
    assert "queue b" in one
    assert refusal_of(live, {**raw, "allow_message_loss": {"queues": ["a", "b"]}}) == ""
    assert refusal_of(live, {**raw, "allow_deletion": {"queues": ["a", "b"]}}) == ""
    assert refusal_of(live, {**raw, "allow_policy_loss": {"policies": ["p"]}}) != ""


def test_everything_that_is_refused_is_in_one_text() -> None:
    live = vhost(THEIRS, operator=(OPERATOR,), queues=tuple(map(queue, "abcdefgh")))
    raw = {
        "queues": {"a": {"max_length": 3}},
        "policies": {"p": {"pattern": "^b$", "priority": 1, "definition": {"expires": 1}}},
        "operator_policies": {
            "o": {"pattern": ".*", "priority": 1, "definition": {"max-length": 9}}
        },
    }
    text = refusal_of(live, raw)
    for place in ("queues.a (policy queue.a):", "policies.p:", "operator_policies.o:"):
        assert place in text
    assert "and 3 more" in text
