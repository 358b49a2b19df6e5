"""An object that no stack file has, and why."""

from __future__ import annotations

from dataclasses import dataclass

from ..kind import Kind


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something on the broker that is not adopted. It stays there as it is."""

    kind: Kind
    name: str
    reason: str
    server_made: bool = False
    """Whether RabbitMQ, a plugin or a client made it for itself: nobody would declare it."""
