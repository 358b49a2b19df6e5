"""How fast a migration moves messages, beside a plain shovel of the same messages.

`make soak` prints the figures."""

from __future__ import annotations

import sys
import time
from statistics import median

import pika
import pytest

from tests.migrate.scene import EXCHANGE, QUEUE, Scene
from topology.migrate.move import Place
from topology.migrate.temporary import shovel

MESSAGES = 30_000
BODY = b"m" * 1000
ROUNDS = 3


def _fill(place: Scene) -> None:
    place.old_queue(queue_type="classic")
    with place.channel() as channel:
        for _ in range(MESSAGES):
            channel.basic_publish(EXCHANGE, "work.x", BODY, pika.BasicProperties(delivery_mode=2))
    _wait_for(place, QUEUE)


def _wait_for(place: Scene, queue: str) -> float:
    """Seconds until all messages are there."""
    began = time.monotonic()
    with place.channel() as channel:
        while channel.queue_declare(queue, passive=True).method.message_count < MESSAGES:
            channel.connection.sleep(0.05)
    return time.monotonic() - began


def _plain_shovel(place: Scene) -> float:
    """Messages a second."""
    vhost = place.vhost
    body = {"durable": True, "arguments": {"x-queue-type": "quorum"}}
    place.api.put("queues", vhost, "plain", body=body)
    place.api.put("exchanges", vhost, "plain", body={"type": "fanout", "durable": True})
    path = ("bindings", vhost, "e", "plain", "q", "plain")
    place.api.post(*path, body={"routing_key": "", "arguments": {}})
    value = shovel(Place(vhost, QUEUE), Place(vhost, "plain"))
    place.api.put("parameters", "shovel", vhost, "plain", body={"value": value})
    rate = MESSAGES / _wait_for(place, "plain")
    place.api.delete("parameters", "shovel", vhost, "plain")
    place.api.delete("queues", vhost, "plain")
    place.api.delete("queues", vhost, QUEUE)
    return rate


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.usefixtures("haste")
def test_each_hop_beside_a_plain_shovel(
    each_place: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """In turns, so that what else the machine does falls on both."""
    place = each_place
    plain, out, back = [], [], []
    for _ in range(ROUNDS):
        _fill(place)
        plain.append(_plain_shovel(place))
        _fill(place)
        place.events.clear()
        place.migrated(place.declared(type="quorum"), patience=60)
        hops = {event.step: event for event in place.events}
        with place.channel() as channel:
            assert channel.queue_declare(QUEUE, passive=True).method.message_count == MESSAGES
        out.append(hops["emptied"].rate or 0)
        back.append(hops["returned"].rate or 0)
        place.api.delete("queues", place.vhost, QUEUE)
    with capsys.disabled():
        sys.stderr.write(
            f"\nRabbitMQ {place.broker.version}: a plain shovel moved {median(plain):.0f} a "
            f"second, the migration {median(out):.0f} out and {median(back):.0f} back "
            f"({min(median(out), median(back)) / median(plain):.2f})\n"
        )
