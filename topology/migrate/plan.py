"""What a run is about to do, for the person who consents to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from ..broker.statistics import SAMPLE_SECONDS
from ..problems import Problem
from .measure import ASSUMED_RATE, Load, Room, needed_disk
from .move import Move, Way
from .stage import Stage, steps
from .temporary import PREFETCH

_FIXED_SECONDS: Final = 5.0
"""Beside moving and waiting for statistics."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One move, with what it has to carry and where it stands."""

    move: Move
    load: Load
    stage: Stage
    begun: bool = False
    """Whether an earlier run has begun it."""
    parked: int = 0
    """Messages in its parking queue."""
    switch_seconds: float = 0.0
    """How long a binding leads to both queues."""

    def seconds(self, rate: float) -> float:
        """An estimate at so many messages a second, for each hop."""
        hops = 2 if self.move.way is Way.IN_PLACE else 1
        moving = hops * (self.load.messages + self.parked) / rate
        return moving + SAMPLE_SECONDS + _FIXED_SECONDS

    @property
    def duplicates(self) -> str:
        if self.move.is_forwarded:
            return f"up to {PREFETCH} for each time that a broker or the way between goes down"
        load, bindings = self.load, max(1, len(self.move.routes))
        seconds = self.switch_seconds * bindings
        hops = 2 if self.move.way is Way.IN_PLACE else 1
        often = round(load.publish_rate * seconds * hops)
        return (
            f"about {often} that are published in the moments in which both queues are bound, "
            f"and up to {PREFETCH} for each time that the broker goes down meanwhile"
        )

    @property
    def steps(self) -> tuple[str, ...]:
        return steps(self.move)


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a run would do."""

    vhost: str
    moves: tuple[Planned, ...]
    room: Room
    rate: float = ASSUMED_RATE
    measured: bool = False
    parallel: int = 1
    others: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Why queues that say so have nothing to be migrated from, in words."""
    problems: tuple[Problem, ...] = ()
    default_exchange_rate: float = 0.0

    @property
    def messages(self) -> int:
        return sum(planned.load.messages + planned.parked for planned in self.moves)

    @property
    def bytes(self) -> int:
        return sum(planned.load.bytes for planned in self.moves)

    @property
    def needed_disk(self) -> int:
        return needed_disk(planned.load for planned in self.moves)

    @property
    def seconds(self) -> float:
        """The moves share the broker, and wait side by side."""
        each = [planned.seconds(self.rate) for planned in self.moves]
        return max(*each, sum(each) / self.parallel) if each else 0.0

    def as_dict(self) -> dict[str, Any]:
        return {
            "vhost": self.vhost,
            "messages": self.messages,
            "bytes": self.bytes,
            "seconds": round(self.seconds),
            "rate": round(self.rate),
            "rate_measured": self.measured,
            "disk_needed": self.needed_disk,
            "disk_free": self.room.disk_free,
            "memory_free": self.room.memory_free,
            "differing_and_not_migrated": list(self.others),
            "without_an_old_queue": list(self.missing),
            "problems": [str(problem) for problem in self.problems],
            "queues": [
                {
                    "queue": planned.move.target.queue,
                    "from": planned.move.origin.queue,
                    "from_vhost": planned.move.origin.vhost,
                    "from_stack": planned.move.origin.broker or None,
                    "way": planned.move.way.value,
                    "differences": list(planned.move.differences),
                    "messages": planned.load.messages + planned.parked,
                    "bytes": planned.load.bytes,
                    "consumers": planned.load.consumers,
                    "publish_rate": planned.load.publish_rate,
                    "next": planned.stage.value,
                    "begun": planned.begun,
                    "seconds": round(planned.seconds(self.rate)),
                    "duplicates": planned.duplicates,
                    "steps": list(planned.steps),
                }
                for planned in self.moves
            ],
        }


def undone(plan: Plan) -> Plan:
    """What undoing comes to: all that was begun, whatever stands in the way of going on."""
    begun = tuple(planned for planned in plan.moves if planned.begun)
    return replace(plan, moves=begun, others=(), missing=(), problems=())
