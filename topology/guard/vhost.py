"""The guard of the vhost: with it goes everything in it, also what others declared there."""

from __future__ import annotations

from collections.abc import Sequence

from ..broker.error import BrokerError
from ..broker.state import LiveConnection
from ..ownership.contents import Contents, Object, read_contents
from .context import Guarding
from .links import is_of_link, made_by_link
from .occupancy import counted
from .refusal import not_yet_retained, refused, unasked

_AGAIN = (0.0, 0.2, 0.5, 1.0)
"""Seconds to wait before each look at who is connected, and at what is left: plugins delete what
they have made a moment after what it was made for."""
_WAYS = (
    "delete these objects (pulumi destroy of the stack that declares them) and repeat this command",
    "share the vhost: declare it with existing: true, and no run of this stack deletes it",
)


def guard_vhost(guarding: Guarding, name: str) -> None:
    """Raises `Refusal` if a vhost holds anything but what this stack made.

    In a preview the stack's own objects are still there, in an update they are gone by now.
    """
    if guarding.retention.vhost(name):
        raise not_yet_retained("vhost", name, guarding.going("vhost", name, name), name)
    if guarding.topology.allow_deletion.vhost:
        return
    try:
        _refuse_if_used(guarding, name)
    except BrokerError as error:
        raise unasked("vhost", name, error) from None


def _refuse_if_used(guarding: Guarding, name: str) -> None:
    going = guarding.going("vhost", name, name)
    if left := _left(guarding, name):
        reason = f"still holds {left}, which this run does not delete"
        raise refused("vhost", name, reason, *_WAYS, going=going, vhost=name)
    if connections := _connections(guarding, name):
        reason = f"has {counted(len(connections), 'open connection')}"
        raise refused("vhost", name, reason, "disconnect its clients", going=going, vhost=name)


def _left(guarding: Guarding, name: str) -> Contents:
    """What would be deleted with the vhost, and is not this stack's."""

    def gone(one: Object) -> bool:
        deleted = guarding.goes(one) and not guarding.retention.object(*one)
        return deleted or made_by_link(guarding, name, one[1])

    found = Contents()
    for wait in _AGAIN:
        guarding.broker.sleep(wait)
        if not guarding.preview:
            guarding.broker.reader.forget()
        found = read_contents(guarding.broker.reader, name)
        if guarding.preview:
            return found.without(gone)
        if not found:
            break
    return found


def _connections(guarding: Guarding, name: str) -> Sequence[LiveConnection]:
    """Who is connected. For a moment, RabbitMQ still tells of those that have just left."""
    if guarding.preview:
        return []
    guarding.broker.hang_up()
    found: Sequence[LiveConnection] = ()
    for wait in _AGAIN:
        guarding.broker.sleep(wait)
        # RabbitMQ has ended the stack's own shovels and links, and lists them for some seconds.
        listed = guarding.broker.reader.connections(name)
        found = [one for one in listed if not is_of_link(guarding, one)]
        if not found:
            break
    return found
