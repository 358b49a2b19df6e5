"""What a migration tells while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Event:
    """One step of one queue, or how far it has come."""

    queue: str
    step: str
    """A word by which programs know the step."""
    text: str
    ready: int | None = None
    """Messages that are still to be moved in this step."""
    moved: int | None = None
    """Messages that this step has moved."""
    seconds: float = 0.0
    """How long the step has taken until now."""
    progress: bool = False
    """Whether this tells only how far a step has come."""

    @property
    def rate(self) -> float | None:
        """Messages a second."""
        return self.moved / self.seconds if self.moved and self.seconds else None

    def as_dict(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value is not None}


Tell: TypeAlias = Callable[[Event], None]


class Halted(Exception):
    """The migration cannot go on now. Nothing is lost; the message says what to do."""
