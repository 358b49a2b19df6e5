"""The steps of a migration, in words."""

from __future__ import annotations

from typing import Final

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
