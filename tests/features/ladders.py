"""Work queues with the patterns, and who works on them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from tests.features.client import Client, Message
from tests.support.api import Api
from tests.support.stack import Stack

DELAYS: Final = {
    "classic": (0.3, 0.6, 0.9),
    "quorum": (0.3, 0.6, 0.9),
    "other": (0.4, 0.2),
}
"""Seconds before each further attempt, of each work queue with `retry`."""

DEAD_LETTERS: Final = {
    "classic": "classic.dead-letter",
    "quorum": "quorum.dead-letter",
    "other": "all others",
}
"""Where messages of a work queue end that were rejected too often."""

REJECTED_ONCE: Final = ("plain classic", "plain quorum")
"""Work queues with `dead_letter` alone."""

DELIVERY_LIMIT: Final = 2


def topology(vhost: str) -> dict[str, Any]:
    def retry(queue: str) -> dict[str, Any]:
        return {"delays": [f"{delay * 1000:.0f}ms" for delay in DELAYS[queue]]}

    queues: dict[str, Any] = {
        "classic": {"type": "classic", "retry": retry("classic")},
        "quorum": {
            "type": "quorum",
            "retry": retry("quorum"),
            "delivery_limit": DELIVERY_LIMIT,
        },
        "other": {
            "type": "classic",
            "retry": retry("other"),
            "dead_letter": {"queue": "all others"},
        },
        "plain classic": {"type": "classic", "dead_letter": True},
        "plain quorum": {"type": "quorum", "dead_letter": True},
    }
    return {
        "vhost": vhost,
        "exchanges": {"events": {"type": "topic"}},
        "queues": queues,
        "bindings": [
            {"source": "events", "destination": queue, "routing_key": f"{queue}.#"}
            for queue in queues
        ],
    }


@dataclass(frozen=True)
class Ladders:
    """The topology on a broker, with a client."""

    stack: Stack
    api: Api
    client: Client

    def publish(self, queue: str, body: str, **properties: Any) -> None:
        assert self.client.publish("events", f"{queue}.order.42", body, **properties)

    def left(self, queue: str) -> int:
        """Messages that wait in a work queue or on its ladder."""
        waiting = [queue] + [f"{queue}.retry.{step + 1}" for step in range(len(DELAYS[queue]))]
        return sum(map(self.client.ready, waiting))

    def dead(self, queue: str) -> int:
        return self.client.ready(DEAD_LETTERS[queue])


@dataclass
class Rejecting:
    """A consumer that rejects each message so many times, and then acknowledges it."""

    times: int | None = None
    """None is: as often as it comes."""
    attempts: Counter[str] = field(default_factory=Counter)
    """By the messages' bodies."""
    done: int = 0
    """Messages that were acknowledged."""

    def __call__(self, message: Message) -> bool:
        self.attempts[message.body] += 1
        if self.times is None or self.attempts[message.body] <= self.times:
            return False
        self.done += 1
        return True
