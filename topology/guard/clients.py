"""Whether anybody is connected to a vhost.

Where nobody is, nor comes and goes, nothing can be unacknowledged and nobody publishes, and the
statistics of queues and exchanges, which lag by twice as much, need not be waited for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from ..broker import BrokerReader, Timing
from ..broker.queue_depth import CONNECTION_NAME

_SHARED_SECONDS: Final = 0.5
"""How long one look serves all guards."""


class Clients:
    """Who is connected, as seen when a run began and again when something is to be deleted. The two
    looks, which must find nobody, are `Timing.connection` apart."""

    def __init__(self, reader: Callable[[], BrokerReader], timing: Timing) -> None:
        self._reader, self._timing = reader, timing
        self._lock = threading.Lock()
        self._absent_since: dict[str, float] = {}
        """By vhost, where every look so far has found nobody: when the first was taken."""
        self._looked_at: dict[str, float] = {}
        self._came_before: dict[str, int] = {}
        """By vhost, until it is looked at for the second time: who came until the first."""

    def look(self, vhost: str) -> None:
        """The first look. Raises `BrokerError`."""
        came = self._came()
        if came is not None and self._nobody(vhost):
            self._came_before[vhost] = came
            self._absent_since[vhost] = self._looked_at[vhost] = self._timing.clock()

    def absent(self, vhost: str) -> bool:
        """Whether nobody was connected at the first look, nor came and went until the second, nor
        is there now. Raises `BrokerError`."""
        with self._lock:
            since = self._absent_since.get(vhost)
            if since is None:
                return False
            self._timing.wait_until(since + self._timing.connection)
            looked_at = self._looked_at[vhost]
            fresh = self._timing.clock() - looked_at < _SHARED_SECONDS
            if fresh and looked_at >= since + self._timing.connection:
                return True
            if not self._nobody(vhost) or self._someone_came(vhost):
                del self._absent_since[vhost]
                return False
            self._looked_at[vhost] = self._timing.clock()
            return True

    def _someone_came(self, vhost: str) -> bool:
        """Whether a connection was made between the first look and the second.

        Publishers that connect for every message are on no list for long. After the second look,
        the statistics of what they did until then are told, and the guards' own connections count.
        """
        before = self._came_before.pop(vhost, None)
        return before is not None and self._came() != before

    def _came(self) -> int | None:
        """How many connections were ever made to the broker; None where it keeps no statistics."""
        return self._reader().overview(since=self._timing.clock()).connections_created

    def _nobody(self, vhost: str) -> bool:
        # Nodes that are cut off tell nothing of their connections.
        reader = self._reader()
        if not all(node.running for node in reader.nodes(since=self._timing.clock())):
            return False
        connections = reader.connections(vhost)
        return all(connection.own_name == CONNECTION_NAME for connection in connections)
