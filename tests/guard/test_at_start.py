"""An update is refused before it changes anything, by what the state and the config say."""

from __future__ import annotations

from typing import Any, cast

import pytest

from topology.check import check
from topology.guard import GuardedBroker, Guarding, judgement, refused_at_start
from topology.guard.leaving import Leaving, Registered
from topology.guard.refusal import Refusal
from topology.hooks.command_line import Command
from topology.kind import Kind

_UP, _DESTROY = Command(destroys=False), Command(destroys=True)


def state(*entries: tuple[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        f"urn:{number}": {
            "type": f"rabbitmq:index/{kind[0].lower()}{kind[1:]}:{kind}",
            "outputs": {"vhost": "v", **outputs},
        }
        for number, (kind, outputs) in enumerate(entries)
    }


def queue(name: str, kind: str = "classic") -> tuple[str, dict[str, Any]]:
    arguments = f'{{"x-queue-type": "{kind}"}}'
    settings = {"durable": True, "autoDelete": False, "argumentsJson": arguments}
    return "Queue", {"name": name, "settings": settings}


STATE = state(
    ("VHost", {"name": "v"}),
    ("Exchange", {"name": "e", "settings": {"type": "direct", "durable": True}}),
    queue("same"),
    queue("gone"),
    queue("other", "quorum"),
    ("Binding", {"source": "e", "destinationType": "queue", "destination": "same"}),
    ("User", {"name": "u"}),
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Leaving]:
    """What the guards are asked about; each refuses."""
    found: list[Leaving] = []

    def veto(_: Guarding, leaving: Leaving) -> None:
        found.append(leaving)
        raise Refusal(f"{leaving.kind} {leaving.name}")

    monkeypatch.setattr(judgement, "veto", veto)
    return found


def guarding(**config: Any) -> Guarding:
    declared = {"vhost": "v", "exchanges": {"e": {}}, "queues": {"same": {}, "other": {}}, **config}
    return Guarding(cast("GuardedBroker", None), check(declared).usable().topology, preview=False)


def test_what_is_taken_out_or_replaced_is_judged(asked: list[Leaving]) -> None:
    assert sorted(refused_at_start(guarding(), STATE, _UP)) == ["queue gone", "queue other"]
    registered = {one.name: one.registered for one in asked}
    assert registered == {"gone": Registered.NOT, "other": Registered.PENDING}


def test_a_destroy_judges_all(asked: list[Leaving]) -> None:
    found = refused_at_start(guarding(), STATE, _DESTROY)
    assert sorted(found) == ["exchange e", "queue gone", "queue other", "queue same", "vhost v"]
    assert {one.registered for one in asked} == {Registered.WHOLLY}


WHOLE = state(
    ("VHost", {"name": "v"}),
    queue("q"),
    ("Policy", {"name": "queue.q"}),
    ("OperatorPolicy", {"name": "limits"}),
    ("Permissions", {"user": "u"}),
    ("TopicPermissions", {"user": "u"}),
    ("FederationUpstream", {"name": "up"}),
    ("Shovel", {"name": "s"}),
    ("User", {"name": "u"}),
)


@pytest.mark.parametrize(
    ("command", "config"), [(_DESTROY, {}), (_UP, {"vhost": "renamed"})], ids=["destroy", "renamed"]
)
def test_a_vhost_is_asked_about_without_what_goes_with_it(
    monkeypatch: pytest.MonkeyPatch, command: Command, config: dict[str, Any]
) -> None:
    left: list[tuple[Kind, str]] = []

    def veto(before: Guarding, leaving: Leaving) -> None:
        if leaving.kind is Kind.VHOST:
            everything = (
                (Kind.QUEUE, "q"),
                (Kind.POLICY, "queue.q"),
                (Kind.OPERATOR_POLICY, "limits"),
                (Kind.PERMISSION, "u"),
                (Kind.TOPIC_PERMISSION, "u"),
                (Kind.FEDERATION_UPSTREAM, "up"),
                (Kind.SHOVEL, "s"),
                (Kind.SHOVEL, "another"),
            )
            left.extend(found for found in everything if not before.goes(found))

    monkeypatch.setattr(judgement, "veto", veto)
    declared = guarding(**config)
    refused_at_start(declared, WHOLE, command)
    assert left == [(Kind.SHOVEL, "another")]


def test_what_is_retained_is_left_to_the_hooks(asked: list[Leaving]) -> None:
    refused_at_start(guarding(retain={"queues": ["gone"]}), STATE, _UP)
    assert [one.name for one in asked] == ["other"]


def test_a_shared_vhost_is_not_judged(asked: list[Leaving]) -> None:
    shared = guarding(vhost={"name": "v", "existing": True})
    refused_at_start(shared, STATE, _DESTROY)
    assert Kind.VHOST not in {one.kind for one in asked}
