"""The parking queue: it must hold whatever the old queue held, and drop nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..broker.state import LiveQueue
from ..model import Queue
from ..model.queue import dropping
from ..model.queue_argument import Drop
from ..version import Version

_UNLIMITED_SINCE: Final = Version(4, 0)
"""From here on quorum queues have a delivery limit by default, and -1 is none."""

_DEAD_LETTERS: Final = tuple(
    setting.policy.name for setting in dropping(Drop.DEAD_LETTER).values() if setting.policy
)


def parking_arguments(declared: Queue, origin: LiveQueue, nodes: int) -> dict[str, Any]:
    """Replicated if anything about the queue is, or could be: a parked message is as safe as
    before. Never bounded, never expiring."""
    quorum = nodes > 1 or "quorum" in (declared.type, origin.type)
    return {"x-queue-type": "quorum" if quorum else "classic"}


def parking_settings(
    origin: LiveQueue, applied: Mapping[str, Any], arguments: Mapping[str, Any], version: Version
) -> dict[str, Any]:
    """The definition of the policy that keeps others off; `applied` is that of the old queue's
    policy, `arguments` are the parking queue's.

    What expires by its own TTL while it is parked is dead-lettered as the old queue would have
    done. Nothing else dies here.
    """
    settings: dict[str, Any] = {"overflow": "reject-publish"}  # Without limits nothing overflows.
    quorum = arguments["x-queue-type"] == "quorum"
    fixed = origin.arguments
    for key in _DEAD_LETTERS:
        value = fixed.get(f"x-{key}", applied.get(key))
        # A policy with a key that the queue's type does not know would not apply at all.
        if value is not None and (quorum or key != "dead-letter-strategy"):
            settings[key] = value
    if quorum and version >= _UNLIMITED_SINCE:
        settings["delivery-limit"] = -1
    return settings
