"""Consumers of the stack's own shovels and links are told by what RabbitMQ has of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from topology.broker.state import LiveConnection, LiveConsumer
from topology.check import check
from topology.guard import GuardedBroker, Guarding
from topology.guard.links import is_of_link, made_by_link, without_links
from topology.guard.occupancy import Occupancy
from topology.kind import Kind

GOES = {(Kind.SHOVEL, "my shovel"), (Kind.FEDERATION_UPSTREAM, "up")}
CONNECTIONS = (
    LiveConnection("c1", own_name="Shovel my shovel"),
    LiveConnection("c2", own_name="Federation link (upstream: up, policy: a, policy: b)"),
    LiveConnection("c3", own_name="Shovel another"),
    LiveConnection("c4", own_name="worker"),
)
PARAMETERS = [("shovel", "my"), ("shovel", "my shovel"), ("shovel", "another")]


def guarding(*consumers: LiveConsumer, upstream: dict[str, Any] | None = None) -> Guarding:
    reader = SimpleNamespace(
        consumers=lambda _: consumers,
        connections=lambda _: CONNECTIONS,
        parameter_names=lambda _: PARAMETERS,
        parameters=lambda *_: {"up": upstream or {}, "other": {}},
    )
    broker = cast("GuardedBroker", SimpleNamespace(reader=reader))
    declared = check({"vhost": "v", "queues": {"q": {}}}).usable().topology
    return Guarding(broker, declared, preview=True, goes=lambda one: one in GOES)


@pytest.mark.parametrize(
    ("consumer", "own"),
    [
        (LiveConsumer("q", tag="amq.ctag-1", connection="c1"), True),
        (LiveConsumer("q", tag="federation-link-up", connection="gone"), True),
        (LiveConsumer("q", tag="amq.ctag-2", connection="c2"), False),
        (LiveConsumer("q", tag="amq.ctag-3", connection="c3"), False),
        (LiveConsumer("q", tag="worker", connection="c4"), False),
        (LiveConsumer("q", tag="my shovel-1.2.3"), True),
        (LiveConsumer("q", tag="another-1.2.3"), False),
        (LiveConsumer("another queue", tag="amq.ctag-1", connection="c1"), False),
    ],
)
def test_one_consumer(consumer: LiveConsumer, own: bool) -> None:  # noqa: FBT001
    found = without_links(guarding(consumer), "v", "q", Occupancy(consumers=1))
    # A policy's name may have the words that end the upstream's: then it is taken for another's.
    assert found == Occupancy(consumers=0 if own else 1)


def test_messages_and_others_still_count() -> None:
    own = LiveConsumer("q", tag="amq.ctag-1", connection="c1")
    other = LiveConsumer("q", tag="worker", connection="c4")
    found = without_links(guarding(own, other), "v", "q", Occupancy(ready=3, consumers=2))
    assert found == Occupancy(ready=3, consumers=1)


def test_connections_of_a_vhost() -> None:
    run = guarding()
    assert [one.name for one in CONNECTIONS if is_of_link(run, one)] == ["c1"]
    named = LiveConnection("c5", own_name="Federation link (upstream: up, policy: copy)")
    assert is_of_link(run, named)


@pytest.mark.parametrize(
    ("upstream", "name", "made"),
    [
        ({"exchange": "events"}, "federation: events -> cluster:copied B", True),
        ({"exchange": "events"}, "federation: others -> cluster:copied", False),
        ({}, "federation: events -> cluster:events", True),
        ({}, "events", False),
    ],
)
def test_what_federation_made(
    upstream: dict[str, Any],
    name: str,
    made: bool,  # noqa: FBT001
) -> None:
    assert made_by_link(guarding(upstream=upstream), "v", name) == made
