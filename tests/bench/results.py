"""Results to compute with."""

from __future__ import annotations

from typing import Any

from benchmarks.contenders.names import IMPORT, OPENTOFU, OURS
from benchmarks.operation import Operation
from benchmarks.result import Result
from benchmarks.run import Run


def run(
    contender: str, operation: Operation, seconds: float, size: int = 1000, **other: Any
) -> Run:
    """A run that used a little of everything."""
    figures = {"round": 1, "cpu_seconds": 1.0, "peak_bytes": 2**20} | other
    return Run(contender, size, operation=operation, seconds=seconds, **figures)


def result(*runs: Run) -> Result:
    """Of three contenders."""
    settings = dict.fromkeys((OURS, OPENTOFU, IMPORT), "as they come")
    return Result({"machine": "one"}, settings, list(runs))
