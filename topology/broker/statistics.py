"""How old RabbitMQ's statistics can be, and the clock by which that is waited for.

Each figure was measured on two cores against 3.10.8, 4.0.5 and 4.3.6.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

SAMPLE_SECONDS: Final = 11.0
"""After this, statistics show what was so when the wait began. Queues report every five seconds and
the management plugin collects the reports every five seconds; 9.8 seconds were measured."""

CONNECTION_SECONDS: Final = 6.0
"""After this, the list of a vhost's connections has each that was made before. RabbitMQ takes a
closed one off at once, but looks for new ones, and counts them, every five seconds; 5.1 seconds
were measured."""

LEFT_SECONDS: Final = 0.5
"""After this, the messages that a client had taken are ready again in a quorum queue. A connection
is off the list of its user's after 0.03 s at most. Where the client had closed it, the messages
were ready by then (60 of 60); where it was cut off, up to 0.015 s later (4.3.6)."""

QUIET_SECONDS: Final = 2 * SAMPLE_SECONDS
"""So long nothing may have come to an old queue before its publishers count as changed over: two
samples with no message between them."""

RESTART_SECONDS: Final = 20.0
"""How long a broker may take to have statistics of a queue again after a restart."""

SHARED_SECONDS: Final = 1.0
"""How long one answer serves everything that asks the same; statistics are older than that."""

SHARED_TIMES: Final = 4.0
"""An answer that takes long serves this many times as long: the broker has other work, too."""


@dataclass(frozen=True, slots=True)
class Timing:
    """The waits of one run, in seconds, and the clock that measures them. Tests give a clock of
    their own, by which a wait takes no time."""

    sample: float = SAMPLE_SECONDS
    connection: float = CONNECTION_SECONDS
    left: float = LEFT_SECONDS
    quiet: float = QUIET_SECONDS
    restart: float = RESTART_SECONDS
    shared: float = SHARED_SECONDS
    shared_times: float = SHARED_TIMES
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def wait_until(self, moment: float) -> None:
        """Sleeps until a moment of this clock; not at all if it has passed."""
        rest = moment - self.clock()
        if rest > 0:
            self.sleep(rest)
