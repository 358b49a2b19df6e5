"""Consumers that have a queue to themselves, and consumers that come back by themselves."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from examples.recovery import consumer as example
from tests.features.eventually import eventually
from tests.migrate.scene import EXCHANGE, QUEUE, Scene
from tests.migrate.traffic import traffic, url_of
from toolchain.folders import PROJECT

MESSAGES = 400
SLOWLY = {"prefetch": 1, "seconds": 0.01}


@pytest.mark.usefixtures("haste")
def test_a_single_active_consumer_gets_all_in_order(place: Scene) -> None:
    _empties_it_alone(place, {"single_active_consumer": True}, SLOWLY)


@pytest.mark.soak
def test_an_exclusive_consumer_gets_all_in_order(each_place: Scene) -> None:
    _empties_it_alone(each_place, {}, {**SLOWLY, "exclusive": True})


@pytest.mark.soak
def test_a_single_active_consumer_gets_all_in_order_on_every_broker(each_place: Scene) -> None:
    _empties_it_alone(each_place, {"single_active_consumer": True}, SLOWLY)


def _empties_it_alone(place: Scene, queue: dict[str, Any], consuming: dict[str, Any]) -> None:
    """No message is taken from it by a shovel; what is published meanwhile comes after."""
    place.old_queue(queue_type="classic", **queue)
    place.put(MESSAGES)
    url = url_of(place.broker, place.vhost)
    with traffic(url, EXCHANGE, f"{QUEUE}.x", QUEUE) as load:
        load.consume(**consuming)
        eventually(lambda: bool(place.api.get("consumers", place.vhost)), wanted=True)
        place.migrated(place.declared(type="quorum", **queue), patience=60)
        load.publish(200, most=2 * MESSAGES, first=MESSAGES)
        load.wait()
        got = load.consumed()
    steps = {event.step: event for event in place.events}
    assert "in-order" in steps
    assert steps["returned"].moved is None
    assert sorted(got["seen"]) == list(range(2 * MESSAGES))
    assert got["out_of_order"] == 0
    assert got["cancelled"] == 1


@pytest.mark.usefixtures("haste")
def test_the_example_consumes_again(place: Scene) -> None:
    place.old_queue(queue_type="classic")
    process = subprocess.Popen(
        [sys.executable, str(example.__file__)],
        cwd=PROJECT,
        env=os.environ | {"AMQP_URL": url_of(place.broker, place.vhost), "AMQP_QUEUE": QUEUE},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        place.put(1)
        assert process.stdout.readline() == "0\n"
        place.migrated(place.declared(type="quorum"))
        place.put(2)
        assert [process.stdout.readline() for _ in range(2)] == ["0\n", "1\n"]
        process.terminate()
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.communicate()
