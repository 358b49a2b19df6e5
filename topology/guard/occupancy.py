"""What would be lost with a queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Messages in a queue and consumers on it."""

    ready: int = 0
    unacknowledged: int = 0
    consumers: int = 0
    stream: bool = False
    """Consuming removes nothing from a stream: it always holds messages that matter."""

    @classmethod
    def of(cls, queue: Mapping[str, Any]) -> Occupancy:
        """From what the management API tells of a queue."""
        arguments = queue.get("arguments") or {}
        return cls(
            ready=queue.get("messages_ready") or 0,
            unacknowledged=queue.get("messages_unacknowledged") or 0,
            consumers=queue.get("consumers") or 0,
            stream="stream" in (queue.get("type"), arguments.get("x-queue-type")),
        )

    @property
    def free(self) -> bool:
        """Whether nothing is lost, and nobody cut off, if the queue goes."""
        return not (self.stream or self.ready or self.unacknowledged or self.consumers)

    def __str__(self) -> str:
        messages = self.ready + self.unacknowledged
        consumers = counted(self.consumers, "consumer")
        if self.stream:
            return f"is a stream, which always holds messages, and has {consumers}"
        return (
            f"holds {counted(messages, 'message')} ({self.ready} ready, "
            f"{self.unacknowledged} unacknowledged) and has {consumers}"
        )


def counted(number: int, noun: str) -> str:
    """Such as 1 message, 2 messages, 12,000 messages."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
