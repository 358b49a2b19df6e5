"""Arguments that RabbitMQ knows for queues but that are no settings here: old ones, mostly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..model.queue_argument import Span
from ..model.queue_type import Types
from ..version import Version

LEADER_LOCATORS: Final = ("random", "least-leaders", "min-masters")
"""Values of `x-queue-leader-locator` that RabbitMQ still takes, and treats as `balanced`."""


@dataclass(frozen=True, slots=True)
class RawArgument:
    """An argument that can only be written raw."""

    span: Span
    type: type
    advice: str
    """Why one would not use it any more; empty for one that is fine."""


RAW_ARGUMENTS: Final[Mapping[str, RawArgument]] = {
    "x-queue-master-locator": RawArgument(
        Span(Types.CLASSIC, until=Version(4, 2)),
        str,
        "RabbitMQ 4.3 refuses it; write queue_leader_locator on quorum queues",
    ),
    "x-max-in-memory-length": RawArgument(
        Span(Types.QUORUM), int, "quorum queues keep no messages in memory since RabbitMQ 3.10"
    ),
    "x-max-in-memory-bytes": RawArgument(
        Span(Types.QUORUM), int, "quorum queues keep no messages in memory since RabbitMQ 3.10"
    ),
    "x-quorum-target-group-size": RawArgument(Span(Types.QUORUM, since=Version(3, 13)), int, ""),
}
