"""Whether somebody answers for a quorum queue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def is_leaderless(queue: Mapping[str, Any]) -> bool:
    """Of what the management API tells of a queue, with `type` and `leader`. True is certain; false
    may be a leader that does not answer, of which there are no statistics.

    A quorum queue without a leader takes no messages. RabbitMQ then counts 0 messages for whoever
    declares it passively, whatever is in it, and deletes it by force where it is told to.
    """
    return queue.get("type") == "quorum" and not queue.get("leader")
