"""The guard of the vhost: with it goes everything in it, also what others declared there."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from topology.broker.error import BrokerError
from topology.guard.context import Guarding
from topology.guard.occupancy import Occupancy
from topology.guard.refusal import refused, unasked

DEFAULT_VHOST = "/"
_SHOWN = 5
_AGAIN = (0.0, 0.2, 0.5, 1.0)
"""Seconds to wait before each look at who is connected."""


def guard_vhost(guarding: Guarding, name: str) -> None:
    """Deletes a vhost in which nothing is left. Raises `Refusal` otherwise.

    Our own queues are gone by the time the vhost is deleted, so what is left is others'. RabbitMQ
    made the default vhost itself: it leaves the stack, and stays.
    """
    consent, management = guarding.topology, guarding.broker.management
    if consent.release.vhost or name == DEFAULT_VHOST:
        return
    try:
        if not consent.allow_deletion.vhost:
            _refuse_if_used(guarding, name)
        if not guarding.preview:
            management.delete("vhosts", name)
    except BrokerError as error:
        raise unasked("vhost", name, error) from None


def _refuse_if_used(guarding: Guarding, name: str) -> None:
    management = guarding.broker.management
    queues = management.find("queues", name) or []
    # In a preview our own queues are still there; those that hold something refuse by themselves.
    left = [queue for queue in queues if not (guarding.preview and Occupancy.of(queue).free)]
    if left:
        way = "remove or empty these queues, or move them to another vhost"
        raise refused("vhost", name, f"still holds queues: {_listed(left)}", way)
    if connections := _connections(guarding, name):
        way = "disconnect its clients"
        raise refused("vhost", name, f"has {len(connections)} open connections", way)


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


def _listed(queues: list[Mapping[str, Any]]) -> str:
    shown = [
        f"{queue['name']} ({queue.get('messages') or 0} messages)" for queue in queues[:_SHOWN]
    ]
    more = len(queues) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
