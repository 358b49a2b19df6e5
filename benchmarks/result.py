"""What a bench run has found: medians, and ratios of medians."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any, Self

from benchmarks.operation import Operation
from benchmarks.run import Failure, Run


@dataclass(slots=True)
class Result:
    """All runs, and on what they ran."""

    surroundings: dict[str, str]
    """Machine, versions and settings, by what they are called."""
    settings: dict[str, str]
    """Of each contender, by its name, in the order of the tables."""
    runs: list[Run] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    @property
    def sizes(self) -> list[int]:
        return sorted({run.size for run in self.runs} | {each.size for each in self.failures})

    def seconds(self, contender: str, size: int, operation: Operation) -> float | None:
        """Median wall time, or None where there is no such run."""
        return self._median(contender, size, operation, lambda run: run.seconds)

    def cpu_seconds(self, contender: str, size: int, operation: Operation) -> float | None:
        """Median CPU time."""
        return self._median(contender, size, operation, lambda run: run.cpu_seconds)

    def cpu_by_program(self, contender: str, size: int, operation: Operation) -> dict[str, float]:
        """The same, of each program that took part."""
        found = self._of(contender, size, operation)
        programs = dict.fromkeys(name for run in found for name in run.cpu_by_program)
        return {
            name: median(run.cpu_by_program.get(name, 0.0) for run in found) for name in programs
        }

    def peak_bytes(self, contender: str, size: int) -> float | None:
        """Median over the rounds of the most that any operation used."""
        peaks: dict[int, int] = {}
        for run in self._timed(contender, size):
            peaks[run.round] = max(run.peak_bytes, peaks.get(run.round, 0))
        return median(peaks.values()) if peaks else None

    def state_bytes(self, contender: str, size: int) -> int | None:
        """The most that was remembered between two operations."""
        found = [run.state_bytes for run in self._timed(contender, size) if run.state_bytes]
        return max(found, default=None)

    def requests(self, contender: str, size: int, operation: Operation) -> Counter[str] | None:
        """By method and kind of object; None where they were not counted."""
        for run in self.runs:
            called = (run.contender, run.size, run.operation)
            if run.round == 0 and called == (contender, size, operation):
                return Counter(run.requests)
        return None

    def failure(self, contender: str, size: int) -> Failure | None:
        """Why a contender did not come to the end, if so."""
        for failure in self.failures:
            if (failure.contender, failure.size) == (contender, size):
                return failure
        return None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, found: dict[str, Any]) -> Self:
        """The result that `as_json` gave."""
        return cls(
            found["surroundings"],
            found["settings"],
            [Run(**run | _operation(run)) for run in found["runs"]],
            [Failure(**failure | _operation(failure)) for failure in found["failures"]],
        )

    def _timed(self, contender: str, size: int) -> list[Run]:
        return [
            run
            for run in self.runs
            if run.round > 0 and (run.contender, run.size) == (contender, size)
        ]

    def _of(self, contender: str, size: int, operation: Operation) -> list[Run]:
        return [run for run in self._timed(contender, size) if run.operation is operation]

    def _median(
        self, contender: str, size: int, operation: Operation, figure: Callable[[Run], float]
    ) -> float | None:
        found = [figure(run) for run in self._of(contender, size, operation)]
        return median(found) if found else None


def ratio(figure: float | None, to: float | None) -> float | None:
    """None where one of the two is not known."""
    return None if figure is None or not to else figure / to


def _operation(found: dict[str, Any]) -> dict[str, Operation]:
    return {"operation": Operation(found["operation"])}
