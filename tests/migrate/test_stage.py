"""What is to be done next follows from what is on the broker."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from topology.broker.connection import Connection
from topology.broker.state import LiveQueue
from topology.check import check
from topology.migrate.choice import Choice, Live, choose
from topology.migrate.model import Names
from topology.migrate.move import Move, Place, Way
from topology.migrate.source import Source
from topology.migrate.stage import Seen, Stage, stage
from topology.migrate.temporary import parking_arguments, parking_settings, shovel
from topology.migrate.waiting import Quiet
from topology.model.base import MAX_NAME_BYTES
from topology.version import Version

OLD = LiveQueue("work", "classic")
NEW = LiveQueue("work", "quorum", arguments={"x-queue-type": "quorum"})
PARKING = LiveQueue("migrate.parking.work", "quorum")


def chosen(*queues: LiveQueue, asked: tuple[str, ...] = (), **queue: Any) -> Choice:
    config = {
        "vhost": "v",
        "exchanges": {"events": {"type": "topic"}},
        "queues": {"work": {"type": "quorum", **queue}},
        "bindings": [{"source": "events", "destination": "work", "routing_key": "#"}],
    }
    found = {entry.name: entry for entry in queues}
    return choose(check(config).usable(), Live({("", "v"): found}), asked)


def moved(*queues: LiveQueue, **queue: Any) -> Move:
    (move,) = chosen(*queues, migrate=queue.pop("migrate", True), **queue).moves
    return move


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (Seen(origin=OLD), Stage.EMPTY),
        (Seen(origin=OLD, parking=PARKING), Stage.EMPTY),
        (Seen(parking=PARKING), Stage.CREATE),
        (Seen(origin=NEW, parking=PARKING), Stage.RETURN),
        (Seen(origin=NEW, leftovers=True), Stage.TIDY),
        (Seen(leftovers=True), Stage.TIDY),
        (Seen(origin=NEW), Stage.DONE),
        (Seen(), Stage.DONE),
    ],
)
def test_in_place(seen: Seen, expected: Stage) -> None:
    assert stage(moved(OLD), seen) is expected


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (Seen(origin=OLD), Stage.CREATE),
        (Seen(origin=OLD, target=NEW), Stage.EMPTY),
        (Seen(target=NEW, leftovers=True), Stage.TIDY),
        (Seen(target=NEW), Stage.DONE),
    ],
)
def test_to_another_name(seen: Seen, expected: Stage) -> None:
    move = moved(replace(OLD, name="before"), migrate={"from": "before"})
    assert move.way is Way.RENAME
    assert stage(move, seen) is expected


def crossing(*old: LiveQueue, **queues: dict[str, Any]) -> Choice:
    config = {"vhost": "v", "protect": True, "queues": queues}
    found = {("old", "before"): {entry.name: entry for entry in old}, ("", "v"): {"work": NEW}}
    connection = Connection("http://old", "amqp://old", "user", "password")
    source = Source("old", connection, "before", "amqp://old")
    return choose(check(config).usable(), Live(found, source=source))


def test_from_another_broker_comes_all_that_it_has() -> None:
    """Whatever is protected here: nothing is replaced."""
    other = replace(OLD, name="other")
    choice = crossing(OLD, other, work={"type": "quorum"}, other={"migrate": False}, third={})
    (move,) = choice.moves
    assert choice.problems == ()
    assert move.way is Way.CROSS
    assert move.origin == Place("before", "work", "old")
    assert stage(move, Seen(origin=OLD, target=NEW)) is Stage.EMPTY
    assert "broker of stack old" in move.differences[0]


def test_one_queue_of_another_broker_does_not_go_to_two() -> None:
    elsewhere = {"migrate": {"from": "work", "vhost": "before"}}
    (problem,) = crossing(OLD, work={"type": "quorum"}, other=elsewhere).problems
    assert "the messages of work go to work already" in str(problem)


def test_limits_count_what_is_on_both_sides() -> None:
    full = replace(OLD, ready=5, unacknowledged=1)
    assert crossing(full, work={"type": "quorum", "max_length": 10}).problems == ()
    (problem,) = crossing(full, work={"type": "quorum", "max_length": 5}).problems
    assert problem.path == ("queues", "work", "max_length")


def test_quiet_begins_anew_with_each_message(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("topology.migrate.waiting.time.monotonic", lambda: now[0])
    quiet, counts = Quiet(), {"work": 5, "other": 1}

    def seconds(later: float, queue: str = "work") -> float:
        now[0] += later
        return quiet.seconds(Place("v", queue), lambda _: counts)

    assert seconds(0) == 0
    assert seconds(10) == 10
    counts["work"] = 6
    assert seconds(10) == 0
    assert seconds(10) == 10
    assert seconds(0, "other") == 30


def test_users_of_two_vhosts_do_not_meet() -> None:
    names = Names.of("work")
    assert names.reader("a") != names.reader("b")
    assert len(Names.of("q" * MAX_NAME_BYTES).reader("a")) <= MAX_NAME_BYTES


def test_what_is_as_declared_stays() -> None:
    assert chosen(NEW, migrate=True) == Choice(())


def test_what_does_not_say_so_stays() -> None:
    assert chosen(OLD) == Choice((), ("work",))
    (move,) = chosen(OLD, asked=("work",)).moves
    assert move.differences == ("x-queue-type is classic, declared is quorum",)


def test_what_was_begun_goes_on_whatever_it_says() -> None:
    (move,) = chosen(NEW, PARKING, migrate=False).moves
    assert move.target.queue == "work"


def test_more_messages_than_the_limit_are_refused() -> None:
    full = replace(OLD, ready=10, unacknowledged=1)
    (problem,) = chosen(full, migrate=True, max_length=10).problems
    assert problem.path == ("queues", "work", "max_length")
    assert chosen(full, migrate=True, max_length=10, overflow="reject-publish").problems == ()


def test_neither_a_stream_becomes_a_queue_nor_a_queue_a_stream() -> None:
    (problem,) = chosen(replace(OLD, type="stream"), migrate=True).problems
    assert "streams are not migrated" in problem.message
    (problem,) = chosen(OLD, migrate=True, type="stream").problems
    assert "streams are not migrated" in problem.message


def test_limits_are_those_that_drop() -> None:
    assert moved(OLD, max_length=10).limits == {"max-length": 10}
    assert moved(OLD, max_length=10, settings_as_arguments=True).limits == {"max-length": 10}
    assert moved(OLD, max_length=10, overflow="reject-publish").limits == {}


def test_names_fit() -> None:
    long = "q" * MAX_NAME_BYTES
    names = Names.of(long)
    assert len(names.parking) <= MAX_NAME_BYTES
    assert names != Names.of(f"{long[:-1]}x")


def test_a_parked_message_is_as_safe_as_before() -> None:
    quorum = moved(OLD).declared
    assert parking_arguments(quorum, OLD, nodes=1) == {"x-queue-type": "quorum"}
    classic = quorum.model_copy(update={"type": "classic"})
    assert parking_arguments(classic, OLD, nodes=1) == {"x-queue-type": "classic"}
    assert parking_arguments(classic, OLD, nodes=3) == {"x-queue-type": "quorum"}


def test_dead_letters_go_where_the_old_queue_sent_them() -> None:
    old = replace(OLD, arguments={"x-dead-letter-exchange": "by-argument"})
    policy = {
        "dead-letter-exchange": "by-policy",
        "dead-letter-routing-key": "key",
        "dead-letter-strategy": "at-least-once",
        "max-length": 5,
    }
    in_classic, in_quorum = {"x-queue-type": "classic"}, {"x-queue-type": "quorum"}
    classic = parking_settings(old, policy, in_classic, Version(4, 3))
    assert classic == {
        "overflow": "reject-publish",
        "dead-letter-exchange": "by-argument",
        "dead-letter-routing-key": "key",
    }
    quorum = parking_settings(old, policy, in_quorum, Version(4, 3))
    assert quorum["delivery-limit"] == -1
    assert quorum["dead-letter-strategy"] == "at-least-once"
    assert "delivery-limit" not in parking_settings(old, policy, in_quorum, Version(3, 10))


def test_a_shovel_keeps_routing_keys_and_holds_no_password() -> None:
    move = moved(OLD)
    value = shovel(move.origin, move.target)
    assert "dest-exchange-key" not in value
    assert value["src-uri"] == value["dest-uri"] == "amqp:///v"
    assert value["ack-mode"] == "on-confirm"
