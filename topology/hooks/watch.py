"""Reports what a run waits for, once nothing has moved for a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from .pending import Pending

STILL_SECONDS: Final = 60.0
"""Without any movement. No request takes longer: each has a timeout of 30 seconds."""

_LOOK_SECONDS: Final = 5.0
_SHOWN: Final = 10


class Watch:
    """Reports a stretch without movement after one minute, after two, after four and so on."""

    def __init__(self, pending: Pending, report: Callable[[str], None]) -> None:
        self._pending, self._report = pending, report
        self._next = STILL_SECONDS

    def start(self) -> None:
        """Looks from now on, until the running event loop ends."""
        self.look()
        asyncio.get_running_loop().call_later(_LOOK_SECONDS, self.start)

    def look(self) -> None:
        """Reports if it is time to."""
        still = self._pending.still_seconds
        if still < STILL_SECONDS:
            self._next = STILL_SECONDS
        elif still >= self._next:
            self._next *= 2
            self._report(_message(still, self._pending.longest()))


def _message(still: float, longest: list[tuple[str, float]]) -> str:
    beginning = f"Nothing has moved for {still:.0f} seconds. Still waiting for"
    if not longest:
        return (
            f"{beginning} the Pulumi engine and its provider: all resources that were declared are "
            f"registered, and no hook is running."
        )
    lines = "".join(f"\n  - {what} ({seconds:.0f} s)" for what, seconds in longest[:_SHOWN])
    more = len(longest) - _SHOWN
    return f"{beginning}:{lines}" + (f"\n  - and {more} more" if more > 0 else "")
