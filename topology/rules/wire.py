"""What survives the way to the broker: the provider passes arguments on as JSON that it reads with
floating-point numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

EXACT: Final = 2**53
"""Whole numbers up to here are exact as floating-point numbers."""


def wire_problem(value: Any) -> tuple[str, str] | None:
    """What is wrong with a raw argument's value, and what to do; None for one that arrives as it
    is."""
    if isinstance(value, str | bool):
        return None
    if value is None:
        return "is null, which RabbitMQ refuses", "leave it out"
    if isinstance(value, int):
        return None if abs(value) <= EXACT else inexact(EXACT)
    if isinstance(value, float):
        return _float_problem(value)
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            return "holds a name that is not text", "put names in quotes"
        return next(filter(None, map(wire_problem, value.values())), None)
    if isinstance(value, list):
        return next(filter(None, map(wire_problem, value)), None)
    kind = type(value).__name__
    return f"holds a {kind}, which no argument can be", "put it in quotes"


def inexact(limit: int) -> tuple[str, str]:
    message = f"is too large: the provider sends whole numbers exactly only up to {limit}"
    return message, "write a smaller number"


def _float_problem(value: float) -> tuple[str, str] | None:
    if not math.isfinite(value):
        return "is not a number that can be sent", "write a finite number"
    if value.is_integer():
        return "would arrive as a whole number", "leave out the decimal point, or put it in quotes"
    return None
