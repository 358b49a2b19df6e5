"""Whether messages come to an exchange.

RabbitMQ counts them in statistics, which lag: a message that was published before a run began may
be counted while it is under way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from ..broker import BrokerReader, Timing
from .live_clients import LiveClients


@dataclass(frozen=True, slots=True)
class Traffic:
    """What came to an exchange of late."""

    count: int = 0
    """Messages since the run began, or up to `Timing.sample` before."""
    rate: float = 0.0
    """Messages a second, as sampled."""

    def __bool__(self) -> bool:
        return bool(self.count or self.rate)


_NONE = Traffic()


class TrafficReader:
    """Of one run. Threads share it."""

    def __init__(
        self,
        reader: Callable[[], BrokerReader],
        timing: Timing,
        clients: LiveClients,
        settle: Callable[[str, str], float | None],
    ) -> None:
        """`settle` takes a vhost and what is to be known, waits until statistics are newer than the
        run's beginning, and returns that time, or None if no client can have changed anything."""
        self._reader, self._timing, self._clients, self._settle = reader, timing, clients, settle
        self._began = timing.clock()
        self._lock = threading.Lock()
        self._counted: dict[tuple[str, str], int] = {}
        """Messages by vhost and exchange that came before the run began, as far as is known."""

    def begin(self, vhost: str) -> None:
        """Reads what statistics tell when a run begins. Raises `BrokerError`."""
        for exchange in self._reader().exchanges(vhost).exchanges:
            self._counted[vhost, exchange.name] = exchange.published or 0

    def of(self, vhost: str, exchange: str, *, wait: bool) -> Traffic:
        """What comes to an exchange. Raises `BrokerError`.

        Statistics must be newer than the run: nothing else tells of a publisher that connects for
        each message and began a moment ago. Without `wait`, they are waited for only where they
        tell of messages and no client is seen: these may be of a publisher that has gone. The same
        is waited for once more if the first wait does not clear it up, as of a publisher that
        connects for each message.
        """
        found = self._reader().exchanges(vhost, since=self._began).by_name.get(exchange)
        if found is None:
            return _NONE
        if found.publish_rate and self._clients.any(vhost):
            return Traffic(rate=found.publish_rate)
        with self._lock:
            counted = self._counted.setdefault((vhost, exchange), found.published or 0)
        if not (wait or found.publish_rate):
            return _NONE
        since = self._settle(vhost, f"who publishes to exchange {exchange}")
        if since is None:
            return _NONE
        came = self._since(vhost, exchange, since, counted)
        if not came or self._clients.any(vhost):
            return came
        # It may have come right before the run began.
        counted += came.count
        now = self._timing.clock()
        self._timing.wait_until(now + self._timing.sample)
        came = self._since(vhost, exchange, now + self._timing.sample, counted)
        if came.count:
            return came
        with self._lock:
            self._counted[vhost, exchange] = counted
        return _NONE

    def _since(self, vhost: str, exchange: str, since: float, counted: int) -> Traffic:
        found = self._reader().exchanges(vhost, since=since).by_name.get(exchange)
        if found is None:
            return _NONE
        return Traffic(max(0, (found.published or 0) - counted), found.publish_rate)
