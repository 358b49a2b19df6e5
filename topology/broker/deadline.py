"""A bound on a whole HTTP request, where httpx bounds each of its steps."""

from __future__ import annotations

import time
from typing import Any, Final

_LEAST: Final = 0.001
"""Seconds. None at all would mean no waiting, and no answer even where it is there."""


class Deadline(dict[str, float]):
    """The `timeout` of a request's extensions. httpcore looks into it at each step (connect, TLS,
    sending, headers, body), and finds the seconds that are left until the end of all."""

    def __init__(self, seconds: float) -> None:
        super().__init__(dict.fromkeys(("connect", "read", "write", "pool"), seconds))
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        return max(_LEAST, self._end - time.monotonic())

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ARG002 - as in a dict
        return self.left
