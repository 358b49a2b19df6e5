"""What a migration makes on the broker for a while: all names follow from the queue's."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, Self

from ..model.base import MAX_NAME_BYTES

PREFIX: Final = "migrate."
"""In front, so that policies whose patterns are anchored at a queue's name do not match."""

_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class Names:
    """Names of one migration, in the vhost of the queue that it ends in."""

    parking: str
    """Queue that holds the messages while the old queue goes and the new one comes; also the
    policy that keeps every other policy off it."""
    out: str
    """Fanout exchange, and the shovel from the old queue into it."""
    back: str
    """Fanout exchange, and the shovel from the parking queue into it."""
    settings: str
    """Policy that holds the limits off the new queue until nothing would be dropped by them."""
    lock: str
    """Exclusive queue: whoever has it migrates, and nobody else."""

    queue: str
    """The queue itself."""

    def reader(self, vhost: str) -> str:
        """User of another broker. Users belong to no vhost, so the name tells them apart."""
        digest = hashlib.sha256(f"{vhost}\0{self.queue}".encode()).hexdigest()[:_DIGITS]
        return _fitting(f"{PREFIX}shovel.", f"{self.queue}.{digest}")

    @classmethod
    def of(cls, queue: str) -> Self:
        kinds = ("parking", "out", "back", "settings", "lock")
        made = {kind: _fitting(f"{PREFIX}{kind}.", queue) for kind in kinds}
        return cls(**made, queue=queue)


def _fitting(prefix: str, queue: str) -> str:
    name = prefix + queue
    if len(name.encode()) <= MAX_NAME_BYTES:
        return name
    return prefix + hashlib.sha256(queue.encode()).hexdigest()
