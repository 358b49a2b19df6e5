"""The guard of queues and streams."""

from __future__ import annotations

from collections.abc import Iterator

from topology.broker.error import BrokerError
from topology.command import COMMAND
from topology.guard.context import Guarding
from topology.guard.occupancy import Occupancy
from topology.guard.refusal import refused, unasked
from topology.model import MigrateFrom

_DRAIN = "drain it: let its consumers finish and disconnect, then run the same command again"
_READ = "read from it what is still needed, and then consent"


def guard_queue(guarding: Guarding, vhost: str, name: str) -> None:
    """Deletes a queue if nothing is lost with it. Raises `Refusal` otherwise.

    A classic queue is deleted on RabbitMQ's own conditions, which look and delete in one step. A
    quorum queue knows no conditions, so it is asked right before.
    """
    broker = guarding.broker
    if guarding.releases_queue(name):
        return
    try:
        if name in guarding.topology.allow_deletion.queues:
            if not guarding.preview:
                broker.management.delete("queues", vhost, name)
            return
        refuse_if_occupied(guarding, vhost, name)
        reason = None if guarding.preview else broker.delete_free_queue(vhost, name)
    except BrokerError as error:
        raise unasked("queue", name, error) from None
    if reason is not None:
        ways = [_DRAIN, *_migration(guarding, vhost, name)]
        raise refused("queue", name, f"came into use just now ({reason})", *ways)


def refuse_if_occupied(guarding: Guarding, vhost: str, name: str) -> None:
    """Raises `Refusal` if messages or consumers are on a queue that goes, or loses its routes.

    Ready messages and consumers are known at this very moment, unacknowledged messages from samples
    only. What is known already refuses at once; before anything is deleted, the sample must be
    newer than the run. A preview deletes nothing and does not wait.
    """
    if name in guarding.topology.allow_deletion.queues:
        return
    broker = guarding.broker
    ways = list(_migration(guarding, vhost, name))
    _require_free(name, broker.occupancy(vhost, name), ways)
    if not guarding.preview:
        _require_free(name, broker.settled_occupancy(vhost, name), ways)
    _require_free(name, broker.ready_now(vhost, name), ways)


def _require_free(name: str, occupancy: Occupancy | None, ways: list[str]) -> None:
    if occupancy is None or occupancy.free:
        return
    if occupancy.stream:
        raise refused("queue", name, str(occupancy), _READ)
    raise refused("queue", name, str(occupancy), _DRAIN, *ways)


def _migration(guarding: Guarding, vhost: str, name: str) -> Iterator[str]:
    """The way on for a queue that comes back as another, or under another name."""
    queues = guarding.topology.queues
    if guarding.declared_queue(vhost, name) is not None:
        yield f"change it and lose nothing: {COMMAND} migrate {name}"
        return
    for successor, queue in queues.items():
        origin = queue.migrate
        if isinstance(origin, MigrateFrom) and origin.from_ == name:
            yield f"bring its messages over: {COMMAND} migrate {successor}"
