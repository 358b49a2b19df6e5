"""How migrations are carried out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from .source import Source
from .waiting import Quiet

PATIENCE_SECONDS: Final = 600.0
"""So long no message may move before a run gives up; the next one goes on where it stood."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What all migrations of one run share."""

    parallel: int = 1
    patience: float = PATIENCE_SECONDS
    """Seconds in which no message may move."""
    undo: bool = False
    source: Source | None = None
    """The other broker, if queues come from there."""
    quiet: Quiet = field(default_factory=Quiet)
