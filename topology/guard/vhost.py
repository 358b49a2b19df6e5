"""The guard of the vhost: with it goes everything in it, also what others declared there."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from topology.broker.error import BrokerError
from topology.guard.context import Guarding
from topology.guard.refusal import refused, unasked
from topology.kind import Kind
from topology.ownership.contents import Contents, Object, read_contents

DEFAULT_VHOST = "/"
_AGAIN = (0.0, 0.2, 0.5, 1.0)
"""Seconds to wait before each look at who is connected, and at what is left: plugins delete what
they have made a moment after what it was made for."""
_WAYS = (
    "delete these objects (pulumi destroy of the stack that declares them) and repeat this command",
    "share the vhost: declare it with existing: true, and no run of this stack deletes it",
)


def guard_vhost(guarding: Guarding, name: str, goes: Callable[[Object], bool]) -> None:
    """Deletes a vhost that holds nothing but what this stack made. Raises `Refusal` otherwise.

    `goes` is whether this run deletes an object: in a preview the stack's own objects are still
    there, in an update they are gone by now. RabbitMQ made the default vhost itself: it leaves the
    stack, and stays.
    """
    consent, management = guarding.topology, guarding.broker.management
    if consent.release.vhost or name == DEFAULT_VHOST:
        return
    try:
        if not consent.allow_deletion.vhost:
            _refuse_if_used(guarding, name, goes)
        if not guarding.preview:
            management.delete("vhosts", name)
    except BrokerError as error:
        raise unasked("vhost", name, error) from None


def _refuse_if_used(guarding: Guarding, name: str, goes: Callable[[Object], bool]) -> None:
    if left := _left(guarding, name, goes):
        raise refused("vhost", name, f"still holds {left}, which this run does not delete", *_WAYS)
    if connections := _connections(guarding, name):
        way = "disconnect its clients"
        raise refused("vhost", name, f"has {len(connections)} open connections", way)


def _left(guarding: Guarding, name: str, goes: Callable[[Object], bool]) -> Contents:
    """What would be deleted with the vhost, and is not this stack's."""

    def gone(one: Object) -> bool:
        return goes(one) and not _stays(guarding, *one)

    found = Contents()
    for wait in _AGAIN:
        time.sleep(wait)
        if not guarding.preview:
            guarding.broker.reader.forget()
        found = read_contents(guarding.broker.reader, name)
        if guarding.preview:
            return found.without(gone)
        if not found:
            break
    return found


def _stays(guarding: Guarding, kind: Kind, name: str) -> bool:
    match kind:
        case Kind.QUEUE:
            return guarding.releases_queue(name)
        case Kind.EXCHANGE:
            return guarding.releases_exchange(name)
        case _:
            return False


def _connections(guarding: Guarding, name: str) -> list[Any]:
    """Who is connected. For a moment, RabbitMQ still tells of those that have just left."""
    if guarding.preview:
        return []
    guarding.broker.hang_up()
    found: list[Any] = []
    for wait in _AGAIN:
        time.sleep(wait)
        found = guarding.broker.management.find("vhosts", name, "connections") or []
        if not found:
            break
    return found
