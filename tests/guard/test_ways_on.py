"""A refusal offers what works in the run that it belongs to, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.guard.in_memory import VHOST, World
from topology.guard import Refusal
from topology.guard.leaving import Leaving, Registered
from topology.guard.renamed import together
from topology.guard.veto import veto
from topology.hooks.command_line import Seen
from topology.kind import Kind

DECLARED: dict[str, Any] = {"queues": {"q": {}}}
SHARED: dict[str, Any] = {"vhost": {"name": VHOST, "existing": True}}
RENAMED: dict[str, Any] = {"vhost": "other"}


def refusal(registered: Registered, seen: Seen, **config: Any) -> Refusal:
    world = World()
    world.broker.add_queue(VHOST, "q", arguments={"x-queue-type": "classic"})
    world.broker.publish(VHOST, "q", 1)
    world.settle()
    guarding = replace(world.run(preview=True, **config), command=seen)
    leaving = Leaving(Kind.QUEUE, {"name": "q", "vhost": VHOST}, registered)
    with pytest.raises(Refusal) as refused:
        veto(guarding.of(leaving), leaving)
    return refused.value


@pytest.mark.parametrize(
    ("registered", "seen", "config", "offered"),
    [
        (Registered.NOT, Seen(), {}, ["allow_deletion", "then remove it, not retain"]),
        (
            Registered.PENDING,
            Seen(),
            {"queues": {"q": {"type": "quorum"}}},
            ["migrate q", "allow_deletion"],
        ),
        (
            Registered.PENDING,
            Seen(replaces=True),
            DECLARED,
            ["allow_deletion", "without --replace and --target-replace"],
        ),
        (Registered.PENDING, Seen(), DECLARED, ["allow_deletion", "add --refresh"]),
        (
            Registered.WHOLLY,
            Seen(destroys=True),
            DECLARED,
            ["allow_deletion", "run pulumi up with retain: {vhost: true}, and then this command"],
        ),
        (
            Registered.WHOLLY,
            Seen(destroys=True),
            DECLARED | SHARED,
            ["allow_deletion", "run pulumi up with retain: {queues: [q]}, and then this command"],
        ),
        (
            Registered.WHOLLY,
            Seen(destroys=True),
            {"queues": {"q": {"type": "quorum"}}},
            ["allow_deletion", "run pulumi up with retain: {vhost: true}, and then this command"],
        ),
        (
            Registered.NOT,
            Seen(),
            RENAMED,
            ["allow_deletion", "retain: {vhost: true}", f"{{from: QUEUE, vhost: {VHOST}}}"],
        ),
    ],
    ids=[
        "removed",
        "replaced",
        "replaced by an option",
        "older state",
        "destroyed",
        "destroyed in a shared vhost",
        "destroyed as never applied",
        "renamed vhost",
    ],
)
def test_each_run_offers_what_works_there(
    registered: Registered, seen: Seen, config: dict[str, Any], offered: list[str]
) -> None:
    text = str(refusal(registered, seen, **config))
    head, *ways = text.split("\n  - ")
    assert head.startswith("[deletion-refused] queue q is not deleted: it holds 1 message")
    assert "drain it" in ways[0]
    every = ["allow_deletion", "retain", "migrate", "--replace", "--refresh"]
    for way in offered:
        assert way in " ".join(ways)
    for word in every:
        assert (word in " ".join(ways)) == (word in " ".join(offered)) or word == "migrate", word
    assert ("migrate" in text) == ("migrate" in " ".join(offered) or config == RENAMED)


def test_a_vhost_of_another_name_is_refused_once() -> None:
    world = World()
    world.broker.add_queue(VHOST, "q", arguments={"x-queue-type": "classic"})
    world.broker.add_queue(VHOST, "r", arguments={"x-queue-type": "classic"})
    for name in ("q", "r"):
        world.broker.publish(VHOST, name, 1)
    world.settle()
    guarding = world.run(preview=True, vhost="other")
    found = []
    for name in ("q", "r"):
        leaving = Leaving(Kind.QUEUE, {"name": name, "vhost": VHOST}, Registered.NOT)
        with pytest.raises(Refusal) as refused:
            veto(guarding, leaving)
        found.append((leaving, refused.value))
    (text,) = map(str, together(guarding, found))
    assert text.startswith(f"[deletion-refused] vhost {VHOST} is not given up for vhost other: ")
    assert "queue q: it holds 1 message" in text and "queue r: it holds 1 message" in text
    assert "allow_deletion: {queues: [q, r]}" in text
