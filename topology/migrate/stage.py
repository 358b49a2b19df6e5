"""Where a migration stands, by nothing but what is on the broker."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..broker.state import LiveQueue
from ..ownership.difference import queue_difference
from .move import Move, Way
from .route import Route


class Stage(StrEnum):
    """What has to be done next."""

    EMPTY = "empty the old queue"
    CREATE = "declare the new queue"
    RETURN = "bring the messages back"
    TIDY = "take away what the migration made"
    DONE = "nothing"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the broker has of one migration."""

    origin: LiveQueue | None = None
    target: LiveQueue | None = None
    """The same as `origin` for a migration in place."""
    parking: LiveQueue | None = None
    origin_routes: tuple[Route, ...] = ()
    parking_routes: tuple[Route, ...] = ()
    target_routes: tuple[Route, ...] = ()
    leftovers: bool = False
    """Whether any exchange, shovel or policy of the migration is there."""


def stage(move: Move, seen: Seen) -> Stage:
    """The old queue under the same name is told from the new one by its type and arguments."""
    if move.way is Way.IN_PLACE:
        return _in_place(move, seen)
    if seen.origin is not None:
        return Stage.CREATE if seen.target is None else Stage.EMPTY
    return Stage.TIDY if seen.leftovers else Stage.DONE


def _in_place(move: Move, seen: Seen) -> Stage:
    if seen.origin is not None and queue_difference(move.declared, seen.origin):
        return Stage.EMPTY
    if seen.parking is not None:
        return Stage.CREATE if seen.origin is None else Stage.RETURN
    return Stage.TIDY if seen.leftovers else Stage.DONE
