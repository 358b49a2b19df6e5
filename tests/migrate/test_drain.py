"""When an emptied queue counts as empty."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet

import pytest

from tests.features.eventually import eventually
from tests.migrate.conftest import HASTE_SECONDS
from tests.migrate.scene import QUEUE, Scene
from topology.broker import probe
from topology.migrate.actions import Actions
from topology.migrate.link import Link
from topology.migrate.move import Place
from topology.migrate.waiting import Drain

MESSAGES = 3


def _through(place: Scene) -> float:
    (planned,) = place.plan(place.declared(type="quorum")).moves
    with (
        place.connection.management() as management,
        Link(place.connection, place.vhost) as link,
    ):
        actions = Actions(management, planned.move, probe(management).version)
        drain = Drain(link, actions, QUEUE, place.events.append, 60)
        return drain.through(Place(place.vhost, QUEUE), planned.move.names.out)


@pytest.mark.usefixtures("haste")
def test_what_is_held_is_waited_for(place: Scene) -> None:
    """Taken but unacknowledged messages come back when who holds them goes."""
    place.old_queue(queue_type="classic")
    place.put(MESSAGES)
    with place.channel() as channel, ThreadPoolExecutor(1) as pool:
        for _ in range(MESSAGES):
            method, _, _ = channel.basic_get(QUEUE)
            assert method
        # There is haste here: statistics have to tell of it first.
        eventually(place.held, MESSAGES)
        run = pool.submit(_through, place)
        with pytest.raises(NotYet):
            run.result(3 * HASTE_SECONDS)
        channel.basic_ack(method.delivery_tag, multiple=True)
        assert run.result(60) >= 0
