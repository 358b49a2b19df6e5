"""A client acts at any moment before, while and after a run looks at a queue: what holds a message
or has a consumer at the moment of the decision stays. By virtual time."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Final

import pytest

from tests.guard.in_memory import VHOST, World, of_queue
from topology.broker.statistics import SAMPLE_SECONDS

Act = Callable[[World], None]

MOMENTS: Final = [-30.0, -11.5, -10.0, -5.0, -0.3, 0.0, 0.4, 4.5, 9.0]
"""Seconds after the run began, at which a client does something."""
LOOKS: Final = [0.0, 5.0, 20.0]
"""Seconds after the run began, at which its guard is asked."""
VERSIONS: Final = ["3.10.8", "4.3.6"]


def publishes(world: World) -> None:
    world.broker.connect(VHOST)
    world.broker.publish(VHOST, "q")


def publishes_and_goes(world: World) -> None:
    client = world.broker.connect(VHOST)
    world.broker.publish(VHOST, "q")
    world.broker.disconnect(client)


def holds(world: World) -> None:
    """Without an acknowledgement."""
    publishes(world)
    world.broker.take(VHOST, "q")


def consumes(world: World) -> None:
    world.broker.connect(VHOST)
    world.broker.consume(VHOST, "q")


def has_emptied_it(world: World) -> None:
    client = world.broker.connect(VHOST)
    world.broker.publish(VHOST, "q")
    world.broker.take(VHOST, "q")
    world.broker.acknowledge(VHOST, "q")
    world.broker.disconnect(client)


def nothing(_: World) -> None:
    """For comparison."""


ACTS: Final[list[Act]] = [publishes, publishes_and_goes, holds, consumes, has_emptied_it, nothing]


def certain(kind: str, act: Act, moment: float) -> bool:
    """Whether the guard has to know. RabbitMQ has only samples of the unacknowledged messages of a
    quorum queue: these are newer than the run's beginning, and may be older than the act."""
    return kind == "classic" or act is not holds or moment <= 0


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("watched", [False, True], ids=["no-client", "client"])
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
@pytest.mark.parametrize("kind", ["classic", "quorum"])
def test_what_is_in_use_stays(kind: str, act: Act, version: str, *, watched: bool) -> None:
    for moment, look in product(MOMENTS, LOOKS):
        world = World()
        broker = world.broker
        broker.version = version
        broker.add_queue(VHOST, "q", arguments={"x-queue-type": kind})
        if watched:
            broker.connect(VHOST)
        world.settle()
        began = broker.time.now + 60
        broker.time.at(began + moment, lambda: act(world))  # noqa: B023 - runs in this turn
        broker.time.pass_(60)
        run = world.run()
        broker.time.pass_(look)
        said = of_queue(run)
        now = broker.vhosts[VHOST].queues["q"].now
        used = bool(now.ready or now.unacknowledged or now.consumers)
        when = f"{act.__name__} at {moment}, asked at {look}: {said or 'goes'}"
        if used and certain(kind, act, moment):
            assert said, when
        if not used and broker.time.now - began > SAMPLE_SECONDS:
            # What a client has left is forgotten in the end, and the run need not be repeated.
            assert not said or moment > -SAMPLE_SECONDS, when


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", ["classic", "quorum"])
def test_what_nothing_uses_goes_without_a_wait(kind: str, version: str) -> None:
    world = World()
    world.broker.version = version
    world.broker.add_queue(VHOST, "q", arguments={"x-queue-type": kind})
    world.settle()
    assert not of_queue(world.run())
    assert world.waited() < SAMPLE_SECONDS / 2
