"""What a migration keeps, and the ways to another name and another vhost."""

from __future__ import annotations

from typing import Any

import pika
import pytest

from tests.migrate.scene import EXCHANGE, QUEUE, Scene

HEADERS: dict[str, Any] = {"number": 5, "text": "t", "CC": ["elsewhere"], "nested": {"a": [1, 2]}}
PROPERTIES = pika.BasicProperties(
    content_type="application/json",
    content_encoding="gzip",
    headers=HEADERS,
    delivery_mode=1,
    priority=3,
    correlation_id="correlation",
    reply_to="replies",
    expiration="600000",
    message_id="message",
    timestamp=1_700_000_000,
    type="kind",
    app_id="app",
)


def _plain(properties: pika.BasicProperties) -> dict[str, Any]:
    found = {key: value for key, value in vars(properties).items() if value is not None}
    headers = dict(found.get("headers") or {})
    headers.pop("x-delivery-count", None)  # A quorum queue adds it.
    return {**found, "headers": headers}


@pytest.mark.smoke
@pytest.mark.usefixtures("haste")
def test_messages_stay_as_they_were_published(place: Scene) -> None:
    _stay_as_they_were(place)


@pytest.mark.soak
@pytest.mark.usefixtures("haste")
def test_messages_stay_as_they_were_published_on_every_broker(each_place: Scene) -> None:
    _stay_as_they_were(each_place)


def _stay_as_they_were(place: Scene) -> None:
    place.old_queue(queue_type="classic")
    with place.channel() as channel:
        channel.confirm_delivery()
        channel.basic_publish(EXCHANGE, "work.first", b"full", PROPERTIES, mandatory=True)
        channel.basic_publish(EXCHANGE, "work.second", b"", mandatory=True)
    place.migrated(place.declared(type="quorum"))
    with place.channel() as channel:
        found = {}
        for _ in range(2):
            method, properties, body = channel.basic_get(QUEUE, auto_ack=True)
            found[body] = method.routing_key, _plain(properties)
    assert found[b"full"] == ("work.first", _plain(PROPERTIES))
    assert found[b""] == ("work.second", {"headers": {}})


@pytest.mark.soak
@pytest.mark.usefixtures("haste")
def test_messages_keep_their_order(place: Scene) -> None:
    place.old_queue(queue_type="classic")
    bodies = place.put(3_000)
    place.migrated(place.declared(type="quorum"))
    assert place.bodies() == bodies


@pytest.mark.soak
@pytest.mark.usefixtures("haste")
def test_priorities_come_into_force(place: Scene) -> None:
    place.old_queue(queue_type="classic")
    with place.channel() as channel:
        channel.confirm_delivery()
        for priority in (1, 3, 2):
            properties = pika.BasicProperties(priority=priority)
            channel.basic_publish(EXCHANGE, "work.x", str(priority).encode(), properties)
    place.migrated(place.declared(type="classic", max_priority=3))
    assert place.bodies() == ["3", "2", "1"]


@pytest.mark.soak
@pytest.mark.usefixtures("haste")
def test_limits_and_policies_of_others_do_not_reach_what_is_parked(place: Scene) -> None:
    place.old_queue(queue_type="classic", max_length=500)
    bodies = place.put(400)
    everywhere = {"pattern": ".*", "apply-to": "queues", "priority": 99}
    strict = {**everywhere, "definition": {"max-length": 450, "message-ttl": 600_000}}
    place.api.put("policies", place.vhost, "strict", body=strict)
    capped = {**everywhere, "definition": {"max-length": 460}}
    place.api.put("operator-policies", place.vhost, "capped", body=capped)
    place.migrated(place.declared(type="quorum", max_length=400))
    assert place.bodies() == bodies


@pytest.mark.soak
@pytest.mark.usefixtures("haste")
def test_what_expires_while_parked_is_a_dead_letter(place: Scene) -> None:
    place.api.put("queues", place.vhost, "dead", body={"durable": True, "arguments": {}})
    place.api.put("exchanges", place.vhost, "dlx", body={"type": "fanout", "durable": True})
    path = ("bindings", place.vhost, "e", "dlx", "q", "dead")
    place.api.post(*path, body={"routing_key": "", "arguments": {}})
    place.old_queue(queue_type="classic", dead_letter_exchange="dlx")
    with place.channel() as channel:
        channel.confirm_delivery()
        for ttl in (1_000, 2_000, 600_000):
            properties = pika.BasicProperties(expiration=str(ttl), delivery_mode=2)
            channel.basic_publish(EXCHANGE, "work.x", str(ttl).encode(), properties)
    config = place.declared(type="quorum", dead_letter_exchange="dlx")
    config["exchanges"]["dlx"] = {"type": "fanout"}
    config["queues"]["dead"] = {}
    config["bindings"].append({"source": "dlx", "destination": "dead"})
    place.migrated(config)
    with place.channel() as channel:
        channel.connection.sleep(2)
    assert sorted(place.bodies("dead") + place.bodies()) == ["1000", "2000", "600000"]


@pytest.mark.usefixtures("haste")
def test_another_name(place: Scene) -> None:
    _renamed(place)


@pytest.mark.soak
@pytest.mark.usefixtures("haste")
def test_another_name_on_every_broker(each_place: Scene) -> None:
    _renamed(each_place)


def _renamed(place: Scene) -> None:
    place.old_queue("before", queue_type="classic")
    place.bind("before", "extra")
    bodies = place.put(1_000, "before.x")
    config = place.declared(type="quorum", migrate={"from": "before"})
    place.migrated(config)
    assert set(place.api.queues(place.vhost)) == {QUEUE}
    assert place.sources() == {(EXCHANGE, key) for key in ("before.#", "extra", "work.#")}
    assert place.bodies() == bodies


@pytest.mark.soak
def test_another_vhost(place: Scene) -> None:
    other = f"{place.vhost}-before"
    place.vhost_named(other)
    place.old_queue(vhost=other, queue_type="classic")
    bodies = place.put(1_000, vhost=other)
    config = place.declared(type="quorum", migrate={"from": QUEUE, "vhost": other})
    place.migrated(config, patience=60)
    assert place.api.queues(other) == {}
    assert place.bodies() == bodies


@pytest.mark.soak
@pytest.mark.usefixtures("haste")
def test_consumers_of_the_old_name_keep_it(place: Scene) -> None:
    place.old_queue("before", queue_type="classic")
    config = place.declared(type="quorum", migrate={"from": "before"})
    with place.channel() as channel:
        channel.basic_consume("before", lambda *_: None)
        (outcome,) = place.migrate(config, patience=4)
    assert "before still has 1 consumer: let them consume from work" in outcome.failure
    place.migrated(config)
    assert set(place.api.queues(place.vhost)) == {QUEUE}
