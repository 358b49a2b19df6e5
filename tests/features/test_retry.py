"""`retry`, with consumers that do nothing but reject: when a message comes back, how often, and
where it ends."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from tests.features.client import Client, Message
from tests.features.conftest import NewStack
from tests.features.eventually import eventually
from tests.features.ladders import (
    DEAD_LETTERS,
    DELAYS,
    DELIVERY_LIMIT,
    Ladders,
    Rejecting,
    topology,
)
from tests.support.api import Api
from tests.support.stack import Stack
from toolchain.engine import Engine
from toolchain.folders import PROJECT
from toolchain.node import Broker, PrivateNode, installed_server

LATE: Final = 90.0
"""Seconds by which a message may come later than its delay on a machine with other work."""

MANY: Final = 200

SENT: Final = {
    "content_type": "text/plain",
    "correlation_id": "order 42",
    "message_id": "7",
    "priority": 3,
    "reply_to": "somewhere",
    "headers": {"customer": "zürich", "attempt": 1},
}


@pytest.fixture(scope="module")
def ladders(broker: Broker, new_stack: NewStack) -> Iterator[Ladders]:
    stack = new_stack(broker)
    stack.configure(topology(stack.vhost))
    stack.up()
    with Api(broker) as api, Client(broker, stack.vhost) as client:
        yield Ladders(stack, api, client)


@pytest.fixture(scope="module")
def always_rejected(ladders: Ladders) -> dict[str, list[Message]]:
    """One message in each work queue, all at the same time, and what its consumer got."""
    for queue in DELAYS:
        ladders.publish(queue, f"of {queue}", **SENT)
    return ladders.client.consume(
        {queue: Rejecting() for queue in DELAYS},
        until=lambda: all(map(ladders.dead, DELAYS)),
    )


@pytest.fixture(scope="module")
def dead_letters(
    ladders: Ladders, always_rejected: dict[str, list[Message]]
) -> dict[str, list[Message]]:
    """Where those messages ended."""
    assert always_rejected
    return {queue: ladders.client.drain(DEAD_LETTERS[queue]) for queue in DELAYS}


@pytest.mark.parametrize("queue", DELAYS)
def test_each_delay_is_kept_once(always_rejected: dict[str, list[Message]], queue: str) -> None:
    attempts = always_rejected[queue]
    assert [message.body for message in attempts] == [f"of {queue}"] * (len(DELAYS[queue]) + 1)
    waited = [later.at - earlier.at for earlier, later in pairwise(attempts)]
    for seconds, delay in zip(waited, DELAYS[queue], strict=True):
        assert delay <= seconds < delay + LATE


@pytest.mark.parametrize("queue", DELAYS)
def test_at_last_it_is_a_dead_letter(
    ladders: Ladders, dead_letters: dict[str, list[Message]], queue: str
) -> None:
    (dead,) = dead_letters[queue]
    assert dead.body == f"of {queue}"
    deaths = {(death["queue"], death["reason"]): death for death in dead.deaths}
    rejected = deaths[queue, "rejected"]
    assert rejected["count"] == len(DELAYS[queue]) + 1
    assert rejected["routing-keys"] == [f"{queue}.order.42"], "the key of the publisher is kept"
    assert rejected["exchange"] == "events"
    assert not ladders.left(queue)


@pytest.mark.parametrize("queue", DELAYS)
def test_a_message_keeps_its_properties(dead_letters: dict[str, list[Message]], queue: str) -> None:
    (dead,) = dead_letters[queue]
    for name, value in SENT.items():
        if name != "headers":
            assert getattr(dead.properties, name) == value
    assert dead.properties.delivery_mode == 2
    own = {name: dead.headers[name] for name in ("customer", "attempt")}
    assert own == SENT["headers"]


@pytest.mark.parametrize("queue", DELAYS)
def test_ladders_do_not_mix(dead_letters: dict[str, list[Message]], queue: str) -> None:
    (dead,) = dead_letters[queue]
    steps = {f"{queue}.retry.{step + 1}" for step in range(len(DELAYS[queue]))}
    assert {death["queue"] for death in dead.deaths} == {queue, *steps}


def test_a_message_that_succeeds_in_the_end_leaves_nothing(ladders: Ladders) -> None:
    consumers = {queue: Rejecting(times=2) for queue in DELAYS}
    for queue in DELAYS:
        ladders.publish(queue, "at last")
    ladders.client.consume(
        consumers, until=lambda: all(consumer.done for consumer in consumers.values())
    )
    assert {queue: consumer.attempts["at last"] for queue, consumer in consumers.items()} == (
        dict.fromkeys(DELAYS, 3)
    )
    time.sleep(0.5)
    assert not any(ladders.left(queue) + ladders.dead(queue) for queue in DELAYS)


def test_of_many_messages_none_is_lost(ladders: Ladders) -> None:
    """Each is rejected as often as its number says: from never to too often."""
    rounds = len(DELAYS["classic"]) + 2
    queues = ("classic", "quorum")

    def decide(attempts: Counter[str]) -> Rejecting:
        class ByNumber(Rejecting):
            def __call__(self, message: Message) -> bool:
                self.times = int(message.body) % rounds
                return super().__call__(message)

        return ByNumber(attempts=attempts)

    consumers = {queue: decide(Counter()) for queue in queues}
    for number in range(MANY):
        for queue in queues:
            ladders.publish(queue, str(number))
    ending = MANY // rounds
    ladders.client.consume(
        consumers,
        until=lambda: all(
            consumers[queue].done == MANY - ending and ladders.dead(queue) == ending
            for queue in queues
        ),
    )
    for queue in queues:
        assert consumers[queue].done == MANY - ending
        expected = {str(number): min(number % rounds + 1, rounds - 1) for number in range(MANY)}
        assert consumers[queue].attempts == expected
        dead = sorted(int(message.body) for message in ladders.client.drain(DEAD_LETTERS[queue]))
        assert dead == [number for number in range(MANY) if number % rounds == rounds - 1]
        assert not ladders.left(queue)


@pytest.mark.parametrize("rejected_before", [False, True])
def test_what_crashes_its_consumers_is_a_dead_letter(
    ladders: Ladders, *, rejected_before: bool
) -> None:
    """The delivery limit ends it; what is left of the ladder would bring it to other consumers."""
    ladders.publish("quorum", "crasher")
    if rejected_before:
        ladders.client.reject(_next(ladders.client, "quorum"))
    crashes = 0
    deadline = time.monotonic() + LATE
    while not ladders.dead("quorum") and time.monotonic() < deadline:
        with Client(ladders.stack.broker, ladders.stack.vhost) as victim:
            crashes += victim.get("quorum") is not None  # And it is gone, without a word.
        time.sleep(0.05)
    (dead,) = ladders.client.drain(DEAD_LETTERS["quorum"])
    assert dead.body == "crasher"
    assert dead.deaths[0]["reason"] == "delivery_limit"
    assert crashes >= DELIVERY_LIMIT
    assert not ladders.left("quorum")


def test_what_expires_before_anyone_takes_it_is_a_dead_letter(ladders: Ladders) -> None:
    """It was not rejected, and RabbitMQ would not deliver it a second time."""
    for queue in ("classic", "quorum"):
        ladders.publish(queue, "too late", expiration="100")
    for queue in ("classic", "quorum"):
        eventually(partial(ladders.dead, queue), 1)
        (dead,) = ladders.client.drain(DEAD_LETTERS[queue])
        assert [death["reason"] for death in dead.deaths] == ["expired"]
        assert dead.deaths[0]["routing-keys"] == [f"{queue}.order.42"]


def _next(client: Client, queue: str) -> Message:
    deadline = time.monotonic() + LATE
    while (message := client.get(queue)) is None:
        assert time.monotonic() < deadline, f"nothing comes to {queue}"
        time.sleep(0.05)
    return message


@pytest.mark.skipif(installed_server() is None, reason="no rabbitmq-server is installed")
def test_a_restart_in_the_middle_of_a_delay_loses_nothing(engine: Engine, tmp_path: Path) -> None:
    queues, bodies = ("classic", "quorum"), [str(number) for number in range(20)]
    node = PrivateNode(tmp_path / "node")
    try:
        broker = node.start()
        stack = Stack(tmp_path / "project", engine, broker, PROJECT)
        stack.configure(topology(stack.vhost))
        stack.up()
        with Client(broker, stack.vhost) as client:
            for queue in queues:
                for body in bodies:
                    assert client.publish("events", f"{queue}.order", body)
            rejecting = {queue: Rejecting(times=1) for queue in queues}
            client.consume(rejecting, until=lambda: _rejected(rejecting) == 2 * len(bodies))
        broker = node.restart()
        with Client(broker, stack.vhost) as client:
            accepting = {queue: Rejecting(times=0) for queue in queues}
            back = client.consume(
                accepting,
                until=lambda: all(consumer.done == len(bodies) for consumer in accepting.values()),
            )
        for queue in queues:
            assert sorted(message.body for message in back[queue]) == sorted(bodies)
    finally:
        node.kill()


def _rejected(consumers: dict[str, Rejecting]) -> int:
    return sum(consumer.attempts.total() for consumer in consumers.values())
