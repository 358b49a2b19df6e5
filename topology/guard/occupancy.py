"""What would be lost with a queue."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..broker.state import LiveQueue
from ..broker.statistics import SAMPLE_SECONDS


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Messages in a queue and consumers on it."""

    ready: int = 0
    unacknowledged: int = 0
    consumers: int = 0
    stream: bool = False
    """Consuming removes nothing from a stream. How many messages it has is known from samples
    alone, so it is taken to have some."""
    dead_letters: int = 0
    """Those that a quorum queue keeps until they are routed; ready messages do not count them."""
    sampled: bool = False
    """Whether unacknowledged messages and dead letters are as old as RabbitMQ's last sample."""

    @classmethod
    def of(cls, queue: LiveQueue, *, sampled: bool = False) -> Occupancy:
        """What was not counted is taken for none."""
        return cls(
            ready=queue.ready or 0,
            unacknowledged=queue.unacknowledged or 0,
            consumers=queue.consumers or 0,
            stream=queue.type == "stream",
            dead_letters=queue.dead_lettering,
            sampled=sampled,
        )

    def with_consumers(self, consumers: int) -> Occupancy:
        """The same with so many consumers."""
        return replace(self, consumers=consumers)

    @property
    def free(self) -> bool:
        """Whether nothing is lost, and no client cut off, if the queue goes."""
        return not (self.stream or self.messages or self.consumers)

    @property
    def messages(self) -> int:
        return self.ready + self.unacknowledged + self.dead_letters

    @property
    def doubtful(self) -> bool:
        """Whether nothing but a sample speaks against the deletion."""
        known = self.ready or self.consumers or self.stream
        return self.sampled and not known and bool(self.messages)

    def __str__(self) -> str:
        consumers = counted(self.consumers, "consumer")
        if self.stream:
            held = f"{counted(self.messages, 'message')} as sampled up to {SAMPLE_SECONDS:g} s ago"
            return f"is a stream, of which consuming removes nothing ({held}), and has {consumers}"
        kept = f", {self.dead_letters} to be dead-lettered" if self.dead_letters else ""
        aged = self.sampled and (self.unacknowledged or self.dead_letters)
        age = f", as sampled up to {SAMPLE_SECONDS:g} s ago" if aged else ""
        return (
            f"holds {counted(self.messages, 'message')} ({self.ready} ready, "
            f"{self.unacknowledged} unacknowledged{kept}{age}) and has {consumers}"
        )


def counted(number: int, noun: str) -> str:
    """Such as 1 message, 2 messages, 12,000 messages."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
