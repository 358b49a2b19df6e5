"""Whether anybody is connected to a vhost.

Where nobody is, nor comes and goes, nothing can be unacknowledged and nobody publishes, and the
statistics of queues and exchanges, which lag by twice as much, need not be waited for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from topology.broker import Management
from topology.broker.queue_depth import CONNECTION_NAME

APART_SECONDS: Final = 6.0
"""So far apart are the two looks that must find nobody. RabbitMQ tells at once of connections that
are closed, but looks for new ones, and counts them, every five seconds; 5.1 were measured."""

_SHARED_SECONDS: Final = 0.5
"""How long one look serves all guards."""


class Clients:
    """Who is connected, as seen when a run began and again when something is to be deleted."""

    def __init__(self, management: Callable[[], Management]) -> None:
        self._management = management
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
            self._absent_since[vhost] = self._looked_at[vhost] = time.monotonic()

    def absent(self, vhost: str) -> bool:
        """Whether nobody was connected at the first look, nor came and went until the second, nor
        is there now. Raises `BrokerError`."""
        with self._lock:
            since = self._absent_since.get(vhost)
            if since is None:
                return False
            time.sleep(max(0.0, since + APART_SECONDS - time.monotonic()))
            looked_at = self._looked_at[vhost]
            fresh = time.monotonic() - looked_at < _SHARED_SECONDS
            if fresh and looked_at >= since + APART_SECONDS:
                return True
            if not self._nobody(vhost) or self._someone_came(vhost):
                del self._absent_since[vhost]
                return False
            self._looked_at[vhost] = time.monotonic()
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
        overview = self._management().get("overview", columns="churn_rates.connection_created")
        came = (overview.get("churn_rates") or {}).get("connection_created")
        return None if came is None else int(came)

    def _nobody(self, vhost: str) -> bool:
        # Nodes that are cut off tell nothing of their connections.
        nodes = self._management().get("nodes", columns="running")
        if not all(node.get("running") for node in nodes):
            return False
        connections = self._management().find("vhosts", vhost, "connections") or []
        return all(entry.get("user_provided_name") == CONNECTION_NAME for entry in connections)
