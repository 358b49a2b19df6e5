"""That messages come to an exchange, told from messages that came before: by virtual time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest

from tests.guard.in_memory import VHOST, World, of_exchange
from topology.broker.statistics import LEFT_SECONDS, SAMPLE_SECONDS


@pytest.fixture
def world() -> World:
    made = World()
    made.broker.add_exchange(VHOST, "e", type="fanout")
    made.broker.add_queue(VHOST, "q")
    publish(made)
    made.settle()
    made.settle()
    return made


def publish(world: World) -> None:
    """As a publisher that connects for each message."""
    broker = world.broker
    connection = broker.connect(VHOST)
    broker.publish(VHOST, "q", exchange="e")
    broker.disconnect(connection)


Meanwhile: TypeAlias = Callable[[Callable[[], None]], None]


@pytest.fixture
def meanwhile(world: World, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Has something done once in each second in which the guards wait."""

    def start(act: Callable[[], None]) -> None:
        def sleep(seconds: float) -> None:
            world.broker.time.slept.append(seconds)
            until = world.broker.time.now + seconds
            while world.broker.time.now < until:
                world.broker.time.pass_(min(1.0, until - world.broker.time.now))
                act()

        monkeypatch.setattr(world.broker.time, "sleep", sleep)

    return start


both = pytest.mark.parametrize("preview", [True, False], ids=["preview", "update"])


@both
def test_one_that_was_used_a_minute_ago_goes(world: World, *, preview: bool) -> None:
    assert not of_exchange(world.run(preview=preview))
    assert world.waited() <= (0 if preview else SAMPLE_SECONDS)


def test_a_publisher_that_began_right_before_the_run_is_seen(
    world: World, meanwhile: Meanwhile
) -> None:
    publish(world)
    meanwhile(lambda: publish(world))
    assert "exchange e is not deleted" in of_exchange(world.run())


@both
@pytest.mark.parametrize("before", [0, 1, 5, 9, 12])
def test_one_whose_publisher_has_gone_before_the_run_goes(
    world: World, before: float, *, preview: bool
) -> None:
    """Statistics count its last messages while the run is under way."""
    for _ in range(3):
        publish(world)
        world.broker.time.pass_(1)
    world.broker.time.pass_(before)
    guarding = world.run(preview=preview)
    assert not of_exchange(guarding)
    waited = world.waited()
    assert waited <= 2 * SAMPLE_SECONDS + LEFT_SECONDS
    assert not of_exchange(guarding), "the same answer, for a binding and for the exchange"
    assert world.waited() <= waited + LEFT_SECONDS


@both
def test_a_publisher_that_connects_for_each_message_is_seen(
    world: World,
    meanwhile: Meanwhile,
    *,
    preview: bool,
) -> None:
    for _ in range(15):
        world.broker.time.pass_(1)
        publish(world)
    meanwhile(lambda: publish(world))
    assert "exchange e is not deleted" in of_exchange(world.run(preview=preview))


def test_a_publisher_that_stays_connected_is_seen_at_once(world: World) -> None:
    world.broker.connect(VHOST)
    for _ in range(15):
        world.broker.time.pass_(1)
        world.broker.publish(VHOST, "q", exchange="e")
    assert "is being published to" in of_exchange(world.run())
    assert not world.waited()


def test_one_message_of_a_client_that_stays_connected_is_a_refusal(world: World) -> None:
    world.broker.connect(VHOST)
    guarding = world.run()
    world.broker.publish(VHOST, "q", exchange="e")
    said = of_exchange(guarding)
    assert "published to" in said or "got 1 message during this run" in said
    assert world.waited() == pytest.approx(SAMPLE_SECONDS)


def test_a_client_that_is_connected_and_publishes_nothing_makes_the_run_wait(world: World) -> None:
    world.broker.connect(VHOST)
    assert not of_exchange(world.run())
    assert world.waited() == pytest.approx(SAMPLE_SECONDS)
    assert "waiting up to 11 s" in world.logged[0]
