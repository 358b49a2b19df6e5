"""Durations as people write them: `500ms`, `5s`, `10m`, `2h`, `1d`, or a number of milliseconds."""

from __future__ import annotations

import re
from typing import Final

DURATION: Final = r"^(\d+)(ms|s|m|h|d)$"
"""What a duration looks like."""

_DURATION = re.compile(DURATION)
_MILLISECONDS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def milliseconds(text: str) -> int:
    """Raises `ValueError` for what is not a duration."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError("is not a duration; write it like 500ms, 5s, 10m, 2h or 1d")
    return int(match[1]) * _MILLISECONDS[match[2]]
