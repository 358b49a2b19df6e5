"""The example of a consumer with automatic recovery, counting: `python -m tests.migrate.consume`.

Takes URL and queue, and perhaps JSON with further settings. On SIGTERM it goes on until the queue
is silent, and prints how often each message came.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter

from examples.recovery.consumer import Consumer, stop_on_term

_SILENCE_SECONDS = 3.0


class Counting(Consumer):
    """Counts messages by their bodies."""

    def __init__(
        self,
        url: str,
        queue: str,
        prefetch: int = 200,
        seconds: float = 0,
        *,
        exclusive: bool = False,
    ) -> None:
        """`seconds` are what the work on a message takes."""
        super().__init__(url, queue, prefetch, exclusive=exclusive)
        self._seconds = seconds
        self.seen: Counter[int] = Counter()
        self.firsts: list[int] = []
        """Numbers in the order in which they came first."""
        self._heard = time.monotonic()

    @property
    def ended(self) -> bool:
        return self.stopping and time.monotonic() - self._heard > _SILENCE_SECONDS

    def take(self, body: bytes) -> None:
        number = int(body)
        self._heard = time.monotonic()
        if not self.seen[number]:
            self.firsts.append(number)
        self.seen[number] += 1
        if self._seconds:  # Even to sleep for no time gives the processor away.
            time.sleep(self._seconds)


def _main() -> None:
    url, queue, *settings = sys.argv[1:]
    consumer = Counting(url, queue, **(json.loads(settings[0]) if settings else {}))
    stop_on_term(consumer)
    consumer.run()
    counts = {
        "seen": list(consumer.seen),
        "twice": {number: count - 1 for number, count in consumer.seen.items() if count > 1},
        "cancelled": consumer.cancelled,
        "out_of_order": sum(
            later < earlier
            for earlier, later in zip(consumer.firsts, consumer.firsts[1:], strict=False)
        ),
    }
    sys.stdout.write(json.dumps(counts))


if __name__ == "__main__":
    _main()
