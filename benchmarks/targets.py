"""What this program is meant to reach, and whether a result shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from benchmarks.contenders.names import OPENTOFU, OURS, OURS_WITH_CHECKPOINTS, PLAIN_PORT
from benchmarks.operation import SHARED, Operation
from benchmarks.result import Result, ratio

SMALL: Final = 4
MEDIUM: Final = 100
SIZE: Final = 1_000
LARGEST: Final = 10_000
GROWTH: Final = 11.0
_GIBIBYTE: Final = 2**30

Figure = Callable[[Result, str], float | None]
"""Takes the name under which this program ran."""


@dataclass(frozen=True, slots=True)
class Target:
    """A figure that must not be above a limit."""

    what: str
    limit: float
    unit: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a target."""

    target: Target
    contender: str
    found: float | None
    """None where the result has not what it takes."""

    @property
    def met(self) -> bool | None:
        return None if self.found is None else self.found <= self.target.limit


def _against(peer: str, operation: Operation, size: int = SIZE) -> Figure:
    def figure(result: Result, ours: str) -> float | None:
        other = result.seconds(peer, size, operation)
        return ratio(result.seconds(ours, size, operation), other)

    return figure


def _growth(operation: Operation) -> Figure:
    def figure(result: Result, ours: str) -> float | None:
        large, small = (result.seconds(ours, size, operation) for size in (LARGEST, SIZE))
        return ratio(large, small)

    return figure


def _peak(result: Result, ours: str) -> float | None:
    return ratio(result.peak_bytes(ours, LARGEST), _GIBIBYTE)


def _seconds(operation: Operation, size: int | None = None) -> Figure:
    """At a size; without one, at the largest there is: it does not depend on it."""

    def figure(result: Result, ours: str) -> float | None:
        return result.seconds(ours, size or max(result.sizes, default=0), operation)

    return figure


TARGETS: Final = (
    Target("up / OpenTofu's apply, 1,000 objects", 0.95, "x", _against(OPENTOFU, Operation.UP)),
    Target(
        "preview / OpenTofu's plan with refresh, 1,000 objects",
        0.9,
        "x",
        _against(OPENTOFU, Operation.PREVIEW),
    ),
    Target("refresh / OpenTofu's, 1,000 objects", 1.2, "x", _against(OPENTOFU, Operation.REFRESH)),
    Target("destroy / OpenTofu's, 1,000 objects", 0.8, "x", _against(OPENTOFU, Operation.DESTROY)),
    Target(
        "preview / plain Pulumi program's, 4 objects",
        1.0,
        "x",
        _against(PLAIN_PORT, Operation.PREVIEW, SMALL),
    ),
    Target(
        "up / plain Pulumi program's, 4 objects",
        1.0,
        "x",
        _against(PLAIN_PORT, Operation.UP, SMALL),
    ),
    Target(
        "up / plain Pulumi program's, 100 objects",
        0.9,
        "x",
        _against(PLAIN_PORT, Operation.UP, MEDIUM),
    ),
    *(
        Target(f"{operation}, from 1,000 to 10,000 objects", GROWTH, "x", _growth(operation))
        for operation in SHARED
    ),
    Target("peak memory of all processes, 10,000 objects", 1.5, "GiB", _peak),
    Target("check, 10,000 objects", 1.0, "s", _seconds(Operation.CHECK, LARGEST)),
    Target("start of the command line", 0.4, "s", _seconds(Operation.START)),
)


def verdicts(result: Result) -> Iterator[Verdict]:
    """Each target, for each way in which this program ran."""
    ran = [name for name in (OURS, OURS_WITH_CHECKPOINTS) if name in result.settings]
    for target in TARGETS:
        for name in ran:
            yield Verdict(target, name, target.figure(result, name))
