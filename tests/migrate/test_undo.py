"""Going back, as long as the old queue is there."""

from __future__ import annotations

import pytest

from tests.features.eventually import eventually
from tests.migrate.scene import QUEUE, Scene, opened
from tests.migrate.test_migrate import applied, config
from tests.migrate.traffic import url_of
from tests.support.api import Api
from tests.support.stack import Stack

MESSAGES = 50


@pytest.mark.usefixtures("haste")
def test_messages_and_bindings_go_back(place: Scene) -> None:
    place.old_queue(queue_type="classic")
    place.bind(QUEUE, "extra")
    before = place.sources()
    bodies = place.put(MESSAGES)
    wanted = place.declared(type="quorum")
    with place.channel() as channel:
        method, _, _ = channel.basic_get(QUEUE)
        assert method
        # There is haste here: statistics have to tell of it first.
        eventually(lambda: bool(place.held()), wanted=True)
        (outcome,) = place.migrate(wanted, patience=4)
        assert outcome.failure
        assert place.sources() == set()
        # Until nothing is unacknowledged: what it held itself would be moved twice.
        assert place.api.get("parameters", "shovel", place.vhost), "the shovel was stopped"
        bodies += place.put(MESSAGES)
        (outcome,) = place.migrate(wanted, undo=True)
    assert not outcome.failure, outcome
    place.nothing_left()
    assert place.type_of() == "classic"
    assert place.sources() == before
    assert sorted(place.bodies()) == sorted(bodies)


@pytest.mark.soak
def test_by_the_command(each_stack: Stack) -> None:
    """Neither what stands in the way of going on, nor the state of the stack."""
    stack = each_stack
    applied(stack, type="classic")
    command = ("migrate", "--stack", stack.name, "--yes")
    said = stack.command(*command, "--undo")
    assert said.code == 0 and "Nothing to undo" in said.text, said.text
    with Api(stack.broker) as api:
        for _ in range(5):
            assert api.publish(stack.vhost, "events", "work.x")
        stack.configure(config(stack.vhost, type="quorum", migrate=True))
        with opened(url_of(stack.broker, stack.vhost)) as channel:
            assert channel.basic_get("work")[0]
            said = stack.command(*command, "--patience", "15")
            assert said.code == 1, said.text
            assert "have not acknowledged" in said.text
            # This alone would be refused.
            stack.configure(config(stack.vhost, type="quorum", migrate=True, protect=True))
            said = stack.command(*command, "--undo")
            assert said.code == 0, said.text
        assert "go back to the old work" in said.text
        assert api.queues(stack.vhost)["work"]["type"] == "classic"
        assert set(api.queues(stack.vhost)) == {"work", "idle"}
    stack.configure(config(stack.vhost, type="classic"))
    stack.expect_no_changes()
