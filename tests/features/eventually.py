"""Waiting for what a broker does in its own time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

_Value = TypeVar("_Value")

SECONDS = 240.0
"""Far more than it takes: a busy machine is no mistake of ours."""


def eventually(look: Callable[[], _Value], wanted: _Value, seconds: float = SECONDS) -> None:
    """Waits until `look` finds what is wanted. Fails with what it found last."""
    deadline = time.monotonic() + seconds
    while (found := look()) != wanted and time.monotonic() < deadline:
        time.sleep(0.2)
    assert found == wanted
