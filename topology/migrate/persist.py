"""Going on although a broker is away for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from ..broker import BrokerError
from ..broker.amqp import AccessRefusedError

_RECONNECT_SECONDS: Final = 120.0
_RECONNECT_PAUSE: Final = 2.0
_STEADY_SECONDS: Final = 60.0
"""Who was there for so long counts as having been back."""


def persist(attempt: Callable[[], None], tell: Callable[[str], None]) -> None:
    """Makes an attempt, which begins where the last one ended, until it succeeds. Raises
    `BrokerError` if a broker stays away, and at once if the first attempt finds the user refused:
    only a broker that is restarting refuses one whom it has let in."""
    away: float | None = None
    first = True
    while True:
        began = time.monotonic()
        try:
            attempt()
        except BrokerError as error:
            if first and isinstance(error, AccessRefusedError):
                raise
            first = False
            now = time.monotonic()
            if away is None or now - began > _STEADY_SECONDS:
                away = now
            if now - away > _RECONNECT_SECONDS:
                raise
            tell(error.problems[0].message)
            time.sleep(_RECONNECT_PAUSE)
        else:
            return
