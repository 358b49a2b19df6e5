"""What would be lost with a queue."""

from __future__ import annotations

from dataclasses import dataclass

from ..broker.state import LiveQueue
from ..broker.statistics import SAMPLE_SECONDS


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Messages in a queue and consumers on it."""

    ready: int = 0
    unacknowledged: int = 0
    consumers: int = 0
    stream: bool = False
    """Consuming removes nothing from a stream: it always holds messages that matter."""
    sampled: bool = False
    """Whether the unacknowledged messages are as old as RabbitMQ's last sample."""

    @classmethod
    def of(cls, queue: LiveQueue, *, sampled: bool = False) -> Occupancy:
        """What was not counted is taken for none."""
        return cls(
            ready=queue.ready or 0,
            unacknowledged=queue.unacknowledged or 0,
            consumers=queue.consumers or 0,
            stream=queue.type == "stream",
            sampled=sampled,
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
        age = f", as sampled up to {SAMPLE_SECONDS:g} s ago" if self._aged else ""
        return (
            f"holds {counted(messages, 'message')} ({self.ready} ready, "
            f"{self.unacknowledged} unacknowledged{age}) and has {consumers}"
        )

    @property
    def _aged(self) -> bool:
        return self.sampled and bool(self.unacknowledged)


def counted(number: int, noun: str) -> str:
    """Such as 1 message, 2 messages, 12,000 messages."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
