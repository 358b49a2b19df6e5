"""Refusals of guards and of changed policies, with their ways on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.guard.in_memory import VHOST, World
from tests.policies.landscape import policy, queue, refusal_of, vhost
from topology.guard import Refusal
from topology.guard.leaving import Leaving, Registered
from topology.guard.veto import veto
from topology.hooks.command_line import Seen
from topology.kind import Kind

DECLARED: dict[str, Any] = {
    "exchanges": {"busy": {"type": "fanout"}},
    "queues": {"full": {"type": "quorum"}, "consumed": {"type": "quorum"}},
}
RUNS: dict[str, tuple[Registered, Seen, dict[str, Any]]] = {
    "taken out": (Registered.NOT, Seen(), {}),
    "replaced": (Registered.PENDING, Seen(), DECLARED),
    "replaced by option": (Registered.PENDING, Seen(replaces=True), DECLARED),
    "destroyed": (Registered.NOT, Seen(destroys=True), DECLARED),
}


def world() -> World:
    """A queue with messages, one with consumers, and an exchange to which one publishes."""
    there = World()
    for name in ("full", "consumed"):
        there.broker.add_queue(VHOST, name, arguments={"x-queue-type": "classic"})
    there.broker.publish(VHOST, "full", 3)
    there.broker.take(VHOST, "full", 1)
    there.broker.consume(VHOST, "consumed", 2)
    there.broker.add_exchange(VHOST, "busy", type="direct")
    there.broker.connect(VHOST)
    there.settle()
    return there


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize(
    ("kind", "name"),
    [(Kind.QUEUE, "full"), (Kind.QUEUE, "consumed"), (Kind.EXCHANGE, "busy")],
    ids=str,
)
def test_deletion(kind: Kind, name: str, run: str, snapshot: SnapshotAssertion) -> None:
    registered, seen, config = RUNS[run]
    there = world()
    guarding = replace(there.run(**config), command=seen)
    there.broker.publish(VHOST, "full", exchange="busy")
    leaving = Leaving(kind, {"name": name, "vhost": VHOST}, registered)
    with pytest.raises(Refusal) as refused:
        veto(guarding.of(leaving), leaving)
    assert str(refused.value) == snapshot


@pytest.mark.parametrize(
    ("settings", "live"),
    [
        ({"max_length": 3}, ()),
        ({"expires": 3_600_000}, ()),
        ({"max_length": 500}, (policy("theirs", {"dead-letter-exchange": "dlx"}),)),
    ],
    ids=["max_length", "expires", "live policy"],
)
def test_policy(
    settings: dict[str, Any], live: tuple[Any, ...], snapshot: SnapshotAssertion
) -> None:
    found = vhost(*live, queues=(queue(),))
    assert refusal_of(found, {"vhost": "v", "queues": {"q": settings}}) == snapshot
