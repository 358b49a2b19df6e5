"""How a migration goes: its steps and the stage it is in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..broker.state import LiveQueue
from ..ownership.difference import queue_difference
from .model import Route
from .move import Move, Way

_STEPS: Final = {
    Way.IN_PLACE: (
        "declare parking queue {parking}, without limits, under a policy of its own",
        "shovel {origin} to it, each message acknowledged when it is confirmed there",
        "change the bindings over to it, one after the other",
        "wait until {origin} is empty, nothing in it is unacknowledged, and nothing arrives",
        "delete {origin}, empty; its consumers are cancelled, and have to consume again",
        "declare {origin} anew, as {type}, under its declared policy",
        "shovel the messages back, change the bindings back, delete {parking}",
    ),
    Way.RENAME: (
        "declare {target}, as {type}",
        "shovel {origin} to it, each message acknowledged when it is confirmed there",
        "change the bindings over to it, one after the other",
        "wait until {origin} is empty and has no consumers",
        "delete {origin}, empty",
    ),
    Way.MOVE: (
        "declare {target} in vhost {vhost}, as {type}, with its bindings",
        "shovel {origin} of vhost {old} to it, for as long as messages come",
        "wait until publishers and consumers have changed over to vhost {vhost}",
        "delete the old {origin}, empty",
    ),
    Way.CROSS: (
        "declare {target}, as {type}, with its bindings, if it is not there",
        "shovel {origin} of stack {broker}, vhost {old}, to it, for as long as messages come",
        "wait until publishers and consumers have changed over to the new broker",
        "stop the shovel when {origin} is empty; the old broker stays as it is",
    ),
}


def steps(move: Move) -> tuple[str, ...]:
    words = {
        "origin": move.origin.queue,
        "target": move.target.queue,
        "old": move.origin.vhost,
        "broker": move.origin.broker,
        "vhost": move.target.vhost,
        "parking": move.names.parking,
        "type": move.declared.type,
    }
    return tuple(step.format(**words) for step in _STEPS[move.way])


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
