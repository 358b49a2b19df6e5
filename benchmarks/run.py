"""Measurements, one by one. What becomes of them is the business of the report."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.operation import Operation


@dataclass(frozen=True, slots=True)
class Run:
    """One operation of one contender, once."""

    contender: str
    size: int
    round: int
    """From 1; 0 is the round in which requests are counted, and nothing else of it is used."""
    operation: Operation
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    state_bytes: int | None = None
    cpu_by_program: dict[str, float] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    """By method and kind of object; of round 0 alone."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A contender that stopped before its last operation."""

    contender: str
    size: int
    round: int
    operation: Operation
    reason: str
