"""What is not migrated, and what is waited for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.migrate.scene import PERSISTENT, QUEUE, Scene


def refused(place: Scene, *asked: str, **queue: Any) -> str:
    plan = place.plan(place.declared(**queue), *asked)
    return "\n".join(str(problem) for problem in plan.problems)


def test_a_stream(place: Scene) -> None:
    place.old_queue(queue_type="stream")
    assert "streams are not migrated" in refused(place, type="quorum")


def test_what_is_protected(place: Scene) -> None:
    place.old_queue(queue_type="classic")
    assert "a protected queue is not replaced" in refused(place, type="quorum", protect=True)


def test_what_deletes_itself(place: Scene) -> None:
    body = {"durable": True, "auto_delete": True, "arguments": {}}
    place.api.put("queues", place.vhost, QUEUE, body=body)
    assert "a queue that deletes itself" in refused(place, type="quorum")


def test_what_is_not_declared(place: Scene) -> None:
    assert "queues.wrok: is not declared; did you mean work?" in refused(place, "wrok")


def test_a_queue_that_does_not_say_so_is_only_told_of(place: Scene) -> None:
    place.old_queue(queue_type="classic")
    config = place.declared(type="quorum", migrate=False)
    plan = place.plan(config)
    assert (plan.moves, plan.others) == ((), (QUEUE,))
    assert [planned.move.target.queue for planned in place.plan(config, QUEUE).moves] == [QUEUE]


@pytest.mark.soak
@pytest.mark.usefixtures("haste")
def test_messages_that_consumers_hold_are_waited_for(place: Scene) -> None:
    place.old_queue(queue_type="classic")
    bodies = place.put(5)
    config = place.declared(type="quorum")
    with place.channel() as channel:
        method, _, _ = channel.basic_get(QUEUE)
        assert method
        channel.connection.sleep(11)  # Until statistics tell of it: there is haste here.
        (outcome,) = place.migrate(config, patience=4)
        assert "have not acknowledged" in outcome.failure
        assert place.type_of() == "classic"
    place.migrated(config)
    assert sorted(place.bodies()) == bodies


@pytest.mark.soak
def test_publishers_by_the_name_of_the_queue(place: Scene) -> None:
    place.old_queue(queue_type="classic")
    config = place.declared(type="quorum")
    with place.channel() as channel:
        channel.confirm_delivery()
        channel.basic_publish("", QUEUE, b"by name", PERSISTENT)

        def publishing() -> None:
            channel.basic_publish("", QUEUE, b"by name", PERSISTENT)
            channel.connection.call_later(0.5, publishing)

        channel.connection.call_later(0.5, publishing)
        channel.connection.sleep(11)
        plan = place.plan(config)
    assert "come to work by its name, through the default exchange" in str(plan.problems[0])
    assert place.type_of() == "classic"


@pytest.mark.soak
@pytest.mark.usefixtures("haste")
def test_a_client_that_declares_the_old_queue_again(place: Scene) -> None:
    """It comes before the new one could be declared: then the migration begins anew."""
    place.old_queue(queue_type="classic")
    bodies = place.put(10)
    config = place.declared(type="quorum")
    again: list[Any] = []

    def told(event: Any) -> None:
        if event.step == "deleted" and not again:
            again.append(event)
            place.old_queue(queue_type="classic")

    place.events = _Hearing(told)
    place.migrated(config)
    assert again
    assert place.type_of() == "quorum"
    assert place.bodies() == bodies


class _Hearing(list[Any]):
    def __init__(self, told: Any) -> None:
        super().__init__()
        self._told = told

    def append(self, event: Any) -> None:
        super().append(event)
        self._told(event)
