"""The guard of queues and streams."""

from __future__ import annotations

from collections.abc import Iterator

from ..broker.error import BrokerError
from ..command import COMMAND
from ..model import MigrateFrom
from .context import Guarding
from .links import without_links
from .occupancy import Occupancy
from .refusal import Going, not_yet_retained, refused, unasked

_DRAIN = "drain it: let its consumers finish and disconnect, then run the same command again"
_READ = "read from it what is still needed, and then consent"


def guard_queue(guarding: Guarding, vhost: str, name: str) -> None:
    """Raises `Refusal` if something would be lost with a queue."""
    try:
        if guarding.retention.queue(name):
            going = guarding.going("queue", vhost, name)
            raise not_yet_retained("queue", name, going, vhost)
        refuse_if_occupied(guarding, vhost, name)
    except BrokerError as error:
        raise unasked("queue", name, error) from None


def delete_if_free(guarding: Guarding, vhost: str, name: str) -> None:
    """Deletes a classic queue on RabbitMQ's own conditions, which looks and deletes in one step;
    the provider then finds it gone. Other types know no conditions, and are the provider's.

    Raises `Refusal` if the queue came into use since the guard looked at it.
    """
    if name in guarding.topology.allow_deletion.queues:
        return
    try:
        reason = guarding.broker.delete_free_queue(vhost, name)
        if reason is None:
            return
        going = guarding.going("queue", vhost, name)
    except BrokerError as error:
        raise unasked("queue", name, error) from None
    ways = [_DRAIN, *_migration(guarding, name, going)]
    raise refused(
        "queue", name, f"came into use just now ({reason})", *ways, going=going, vhost=vhost
    )


def refuse_if_occupied(guarding: Guarding, vhost: str, name: str) -> None:
    """Raises `Refusal` if messages or consumers are on a queue that goes, or loses its routes.

    All is known at this moment but what is unacknowledged in a quorum queue with clients in its
    vhost, and the dead letters that it keeps: these are sampled. What is known already refuses at
    once. For these samples an update waits until they are newer than the run; a preview waits only
    where nothing but an old sample speaks against the deletion.
    """
    if name in guarding.topology.allow_deletion.queues:
        return
    broker, listed = guarding.broker, guarding.preview
    found = broker.occupancy(vhost, name, wait=False, listed=listed)
    if found and (found.doubtful or (found.sampled and found.free and not guarding.preview)):
        found = broker.occupancy(vhost, name, wait=True, listed=listed)
    found = without_links(guarding, vhost, name, found)
    _require_free(guarding, vhost, name, found)


def _require_free(guarding: Guarding, vhost: str, name: str, occupancy: Occupancy | None) -> None:
    if occupancy is None or occupancy.free:
        return
    going = guarding.going("queue", vhost, name)
    first = _READ if occupancy.stream else _DRAIN
    ways = [first, *_migration(guarding, name, going)]
    raise refused("queue", name, str(occupancy), *ways, going=going, vhost=vhost)


def _migration(guarding: Guarding, name: str, going: Going) -> Iterator[str]:
    """The way on for a queue that comes back as another, or under another name."""
    if going is Going.REPLACED:
        yield f"change it and lose nothing: {COMMAND} migrate {name}"
    elif going is Going.REMOVED:
        for successor, queue in guarding.topology.queues.items():
            origin = queue.migrate
            if isinstance(origin, MigrateFrom) and origin.from_ == name:
                yield f"bring its messages over: {COMMAND} migrate {successor}"
