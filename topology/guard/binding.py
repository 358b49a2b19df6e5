"""The guard of bindings.

Pulumi deletes bindings before the queues and exchanges at their ends. If such a deletion were then
refused, the queue would be there and no longer get messages. So whatever would refuse the deletion
of an end already refuses that of its bindings. What is protected stays, and its bindings with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, NamedTuple

from topology.broker.error import BrokerError
from topology.broker.state import LiveExchange, LiveQueue
from topology.guard.context import Guarding
from topology.guard.exchange import refuse_if_needed
from topology.guard.protection import refuse_route
from topology.guard.queue import refuse_if_occupied
from topology.guard.refusal import unasked
from topology.ownership.difference import exchange_difference, queue_difference


class Registered(Enum):
    """How far a run's program has come with a resource that goes."""

    NOT = "not declared: it was taken out of the config, or its logical name has changed"
    PENDING = "the engine has yet to answer: it is made again"
    WHOLLY = "the engine has answered, and deletes it nevertheless: the run destroys"


class End(NamedTuple):
    """What a binding comes from or leads to."""

    kind: str
    """`queue` or `exchange`."""
    name: str


def guard_binding(guarding: Guarding, binding: Mapping[str, Any], registered: Registered) -> None:
    """Deletes a binding, unless an end of it is about to go and must not, or stays on the broker.

    `binding` holds Pulumi's properties of the resource, `registered` what the program has said of
    it so far.
    """
    vhost = binding["vhost"]
    source = End("exchange", binding["source"])
    destination = End(binding["destinationType"], binding["destination"])
    if any(_released(guarding, end) for end in (source, destination)):
        return
    try:
        replaced = {end for end in (source, destination) if _goes(guarding, vhost, end)}
        # All is declared, and is as declared: the run destroys, or was told to replace something.
        destroyed = registered is Registered.WHOLLY or (
            registered is Registered.PENDING and not replaced
        )
        if destroyed and _protected(guarding, vhost, destination):
            if not (_built_in(source) or _protected(guarding, vhost, source)):
                refuse_route(source.name, destination.kind, destination.name)
            return
        going = {source, destination} if destroyed else replaced
        if destination in going:
            for queue in _behind(guarding, vhost, destination, destroyed=destroyed):
                refuse_if_occupied(guarding, vhost, queue)
        for end in going:
            if end.kind == "exchange" and not _built_in(end):
                refuse_if_needed(guarding, vhost, end.name)
        if not guarding.preview:
            guarding.broker.management.delete(
                *("bindings", vhost, "e", source.name, destination.kind[0], destination.name),
                binding["propertiesKey"],
            )
    except BrokerError as error:
        raise unasked(destination.kind, destination.name, error) from None


def _released(guarding: Guarding, end: End) -> bool:
    if end.kind == "queue":
        return guarding.releases_queue(end.name)
    return guarding.releases_exchange(end.name)


def _goes(guarding: Guarding, vhost: str, end: End) -> bool:
    """Whether an end is no longer declared, or is replaced since it is declared differently."""
    if _built_in(end):
        return False
    listing = guarding.broker.listing
    if end.kind == "queue":
        queue = guarding.declared_queue(vhost, end.name)
        if queue is None:
            return True
        found = listing.one("queues", vhost, end.name)
        return found is not None and bool(queue_difference(queue, LiveQueue.from_api(found)))
    exchange = guarding.declared_exchange(vhost, end.name)
    if exchange is None:
        return True
    found = listing.one("exchanges", vhost, end.name)
    return found is not None and bool(exchange_difference(exchange, LiveExchange.from_api(found)))


def _behind(guarding: Guarding, vhost: str, end: End, *, destroyed: bool) -> Iterator[str]:
    """The queues that go, and get messages through an end of a binding."""
    if end.kind == "queue":
        yield end.name
        return
    for name in sorted(guarding.broker.queues_behind(vhost, end.name)):
        if destroyed or _goes(guarding, vhost, End("queue", name)):
            yield name


def _protected(guarding: Guarding, vhost: str, end: End) -> bool:
    if end.kind == "queue":
        return guarding.protects(guarding.declared_queue(vhost, end.name))
    return guarding.protects(guarding.declared_exchange(vhost, end.name))


def _built_in(end: End) -> bool:
    return end.kind == "exchange" and (not end.name or end.name.startswith("amq."))
