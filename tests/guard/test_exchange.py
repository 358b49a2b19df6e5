"""The guard of exchanges: publishers, dead letters and bindings that others made."""

from __future__ import annotations

import pytest

from tests.guard.in_memory import VHOST, World, of_exchange


@pytest.fixture
def world() -> World:
    made = World()
    made.broker.add_exchange(VHOST, "e", type="fanout")
    made.broker.add_queue(VHOST, "q")
    made.broker.connect(VHOST)
    return made


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "update"])
def test_an_idle_exchange_goes(world: World, preview: bool) -> None:  # noqa: FBT001
    world.settle()
    assert not of_exchange(world.run(preview=preview))


def test_one_that_is_not_there_is_no_loss(world: World) -> None:
    assert not of_exchange(world.run(), "other")


def test_one_that_was_published_to_during_the_run_stays(world: World) -> None:
    world.settle()
    guarding = world.run()
    world.broker.publish(VHOST, "q", exchange="e")
    said = of_exchange(guarding)
    assert "exchange e is not deleted" in said
    assert "published to" in said or "1 message" in said


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "update"])
def test_one_that_gets_dead_letters_of_a_queue_in_use_stays(world: World, preview: bool) -> None:  # noqa: FBT001
    world.broker.add_queue(VHOST, "work", arguments={"x-dead-letter-exchange": "e"})
    world.broker.publish(VHOST, "work")
    world.settle()
    assert "queue work" in of_exchange(world.run(preview=preview))
    consent = {"allow_deletion": {"exchanges": ["e"]}}
    assert not of_exchange(world.run(preview=preview, **consent))


def test_one_that_gets_dead_letters_of_an_empty_queue_goes(world: World) -> None:
    world.broker.add_queue(VHOST, "work", arguments={"x-dead-letter-exchange": "e"})
    world.settle()
    assert not of_exchange(world.run())


@pytest.mark.parametrize(
    ("source", "destination", "kind", "named"),
    [("e", "q", "queue", "q"), ("amq.topic", "e", "exchange", "amq.topic")],
)
def test_one_that_others_have_bound_stays(
    world: World, source: str, destination: str, kind: str, named: str
) -> None:
    world.broker.vhosts[VHOST].bind(source, destination, destination_type=kind)
    world.settle()
    assert named in of_exchange(world.run())
    assert not of_exchange(world.run(allow_deletion={"exchanges": ["e"]}))
