"""One queue that has to become another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from ..model import Policy, Queue
from ..model.queue import dropping
from ..model.queue_argument import Drop
from .model import Names, Route

LIMITS: Final = tuple(
    setting.policy.name for setting in dropping(Drop.LENGTH).values() if setting.policy
)
"""Policy keys by which a queue drops what is too much, unless it refuses it."""


class Way(StrEnum):
    """How the messages get there."""

    IN_PLACE = "in place"
    """Under the same name: out to a parking queue and back."""
    RENAME = "rename"
    """To another name in the same vhost, in one step."""
    MOVE = "move"
    """To another vhost, in one step. Publishers have to change over, too."""
    CROSS = "from another broker"
    """As to another vhost; but the old queue stays."""


@dataclass(frozen=True, slots=True)
class Place:
    """A queue on a broker."""

    vhost: str
    queue: str
    broker: str = ""
    """The stack whose broker has it, if that is not the migrated stack's own."""

    def __str__(self) -> str:
        return self.queue


@dataclass(frozen=True, slots=True)
class Move:
    """What is declared, and what it takes the place of."""

    origin: Place
    target: Place
    declared: Queue
    """Settled: what is fixed, and nothing else."""
    differences: tuple[str, ...] = ()
    """What of the old queue is not as declared, in words."""
    routes: tuple[Route, ...] = ()
    """Declared bindings to the new queue."""
    policies: Mapping[str, Policy] = field(default_factory=dict)
    """Declared policies that apply to the new queue or hold its own settings."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What the declared policy sets for the new queue."""

    @property
    def way(self) -> Way:
        if self.origin.broker:
            return Way.CROSS
        if self.origin == self.target:
            return Way.IN_PLACE
        return Way.RENAME if self.origin.vhost == self.target.vhost else Way.MOVE

    @property
    def is_forwarded(self) -> bool:
        """Whether the exchanges stay where they are, so that publishers have to change over."""
        return self.way in (Way.MOVE, Way.CROSS)

    @property
    def names(self) -> Names:
        return Names.of(self.target.queue)

    @property
    def limits(self) -> dict[str, int]:
        """Most messages and bytes of the new queue, if it drops what is beyond them."""
        own = {key: self.declared.arguments.get(f"x-{key}") for key in LIMITS}
        applied = {key: self.settings.get(key) for key in LIMITS}
        overflow = self.declared.arguments.get("x-overflow", self.settings.get("overflow"))
        if str(overflow or "").startswith("reject-publish"):
            return {}
        found = {}
        for key in LIMITS:
            values = [value for value in (own[key], applied[key]) if value is not None]
            if values:
                found[key] = min(values)
        return found

    @property
    def fixed_limits(self) -> bool:
        """Whether the limits are arguments, which no policy can hold off."""
        return bool(self.limits) and any(f"x-{key}" in self.declared.arguments for key in LIMITS)

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments that the new queue is declared with."""
        own = {"x-queue-type": self.declared.type} if self.declared.declare_queue_type else {}
        return {**self.declared.arguments, **own}
