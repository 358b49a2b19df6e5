"""What the state retains, and the config no longer does, is judged as what is deleted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.guard.in_memory import VHOST, World
from topology.guard import Refusal
from topology.guard.leaving import Leaving, Registered
from topology.guard.veto import stay
from topology.kind import Kind

QUEUE: dict[str, Any] = {"vhost": VHOST, "name": "q"}
BINDING: dict[str, Any] = {
    "vhost": VHOST,
    "source": "e",
    "destination": "q",
    "destinationType": "queue",
}
LEAVING = [
    pytest.param(Leaving(Kind.QUEUE, QUEUE, Registered.NOT), id="queue"),
    pytest.param(Leaving(Kind.BINDING, BINDING, Registered.NOT), id="binding"),
]


@pytest.fixture
def world() -> World:
    world = World()
    world.broker.add_queue(VHOST, "q")
    return world


def reason(world: World, leaving: Leaving, *, preview: bool, **config: Any) -> str:
    try:
        stay(world.run(preview=preview, exchanges={"e": {}}, **config), leaving)
    except Refusal as refusal:
        return str(refusal)
    return ""


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "update"])
@pytest.mark.parametrize("leaving", LEAVING)
def test_a_full_queue_needs_retain_in_the_second_run_too(
    world: World,
    leaving: Leaving,
    preview: bool,  # noqa: FBT001
) -> None:
    world.broker.publish(VHOST, "q", 1)
    world.settle()
    found = reason(world, leaving, preview=preview)
    assert "queue q is not deleted: it holds 1 message" in found
    assert "then remove it, not retain" in found
    assert reason(world, leaving, preview=preview, retain={"queues": ["q"]}) == ""


@pytest.mark.parametrize("leaving", LEAVING)
def test_an_empty_queue_stays_as_the_plan_says(world: World, leaving: Leaving) -> None:
    world.settle()
    assert reason(world, leaving, preview=True) == ""
