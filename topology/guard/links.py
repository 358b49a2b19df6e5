"""The stack's own shovels and federation links: one that this run deletes is deleted before the
queues that it consumes from, so its consumer does not stand in their way.

A shovel and a link name their connections: `Shovel NAME`, `Federation link (upstream: NAME,
policy: POLICY)`. A shovel of the `local` protocol has no connection, and a consumer tag that begins
with its name (measured on 3.10.8, 4.0.5 and 4.3.6).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..broker.state import LiveConnection, LiveConsumer
from ..kind import Kind
from ..ownership.contents import Object
from .context import Guarding
from .occupancy import Occupancy

_SHOVEL: Final = "Shovel "
_LINK: Final = "Federation link (upstream: "
_LINK_TAG: Final = "federation-link-"
_MADE: Final = "federation: "
_POLICY: Final = ", policy: "
_AGAIN: Final = (0.02, 0.1, 0.3, 0.5, 1.0)
"""Seconds between looks at a queue whose shovel was just deleted: RabbitMQ ends its consumer some
milliseconds later."""


def without_links(
    guarding: Guarding, vhost: str, queue: str, found: Occupancy | None
) -> Occupancy | None:
    """What a queue holds, without consumers of shovels and links that this run deletes.

    In a preview, and at the start of an update, they still consume: they are told by their
    connections. An update has deleted them by now, and waits until RabbitMQ has ended them.
    """
    if found is None or not found.consumers or not _any_goes(guarding, vhost, queue):
        return found
    if guarding.preview:
        return found.with_consumers(max(0, found.consumers - _own(guarding, vhost, queue)))
    for wait in _AGAIN:
        guarding.broker.sleep(wait)
        counts = guarding.broker.ready_now(vhost, queue)
        if counts is None or not counts.consumers:
            return guarding.broker.occupancy(vhost, queue, wait=True, listed=False)
    return found


def is_of_link(guarding: Guarding, connection: LiveConnection) -> bool:
    """Whether it is a connection of a shovel or link that this run deletes."""
    return any(map(guarding.goes, _of_connection(connection.own_name)))


def made_by_link(guarding: Guarding, vhost: str, name: str) -> bool:
    """Whether federation has made an exchange or queue of this name for an upstream that this run
    deletes: RabbitMQ deletes it with that. It is `federation: EXCHANGE -> CLUSTER:DOWNSTREAM`."""
    if not name.startswith(_MADE):
        return False
    upstreams = guarding.broker.reader.parameters("federation-upstream", vhost)
    going = (
        value
        for upstream, value in upstreams.items()
        if guarding.goes((Kind.FEDERATION_UPSTREAM, upstream))
    )
    of_exchange = (value.get("exchange") for value in going)
    return any(name.startswith(f"{_MADE}{one} -> " if one else _MADE) for one in of_exchange)


def _any_goes(guarding: Guarding, vhost: str, queue: str) -> bool:
    topology = guarding.topology
    declared = (
        *((Kind.SHOVEL, name) for name in topology.shovels),
        *((Kind.FEDERATION_UPSTREAM, name) for name in topology.federation_upstreams),
    )
    return any(map(guarding.goes, declared)) or bool(_own(guarding, vhost, queue))


def _own(guarding: Guarding, vhost: str, queue: str) -> int:
    """How many consumers of a queue are of shovels and links that this run deletes."""
    reader = guarding.broker.reader
    consumers = [one for one in reader.consumers(vhost) if one.queue == queue]
    if not consumers:
        return 0
    names = {one.name: one.own_name for one in reader.connections(vhost)}
    shovels = [name for component, name in reader.parameter_names(vhost) if component == "shovel"]

    def goes(consumer: LiveConsumer) -> bool:
        links = _of_consumer(consumer, names.get(consumer.connection, ""), shovels)
        return any(map(guarding.goes, links))

    return sum(map(goes, consumers))


def _of_consumer(consumer: LiveConsumer, connection: str, shovels: list[str]) -> Iterator[Object]:
    yield from _of_connection(connection)
    if consumer.tag.startswith(_LINK_TAG):
        yield Kind.FEDERATION_UPSTREAM, consumer.tag.removeprefix(_LINK_TAG)
    elif not consumer.connection:
        named = (name for name in shovels if consumer.tag.startswith(name))
        if found := max(named, key=len, default=""):
            yield Kind.SHOVEL, found


def _of_connection(own_name: str) -> Iterator[Object]:
    if own_name.startswith(_SHOVEL):
        yield Kind.SHOVEL, own_name.removeprefix(_SHOVEL)
    elif own_name.startswith(_LINK):
        yield Kind.FEDERATION_UPSTREAM, own_name.removeprefix(_LINK).rpartition(_POLICY)[0]
