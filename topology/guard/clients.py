"""Whether anybody is connected to a vhost.

Without a connection nothing is unacknowledged. Without connections that come and go, nothing is
published either. The statistics of queues and exchanges then need not be waited for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from ..broker import BrokerError, BrokerReader, Timing
from ..broker.queue_depth import CONNECTION_NAME

_SHARED_SECONDS: Final = 0.5
"""How long one look serves all guards."""

_FIRST_LOOKS: Final = 4
"""So many times `Timing.left` a look serves as the first of two."""

_USERS: Final = 100
"""Of so many users, at most, the connections are listed: one request for each."""

_PROVEN: Final = frozenset(
    f"rabbitmq_{plugin}"
    for plugin in (
        "consistent_hash_exchange",
        "event_exchange",
        "federation",
        "federation_management",
        "federation_prometheus",
        "management",
        "management_agent",
        "prometheus",
        "random_exchange",
        "recent_history_exchange",
        "shovel",
        "shovel_management",
        "shovel_prometheus",
        "top",
        "web_dispatch",
    )
)
"""Plugins that bring neither protocols nor users of their own: with others, connections may be on
none of the lists that are read here."""

_LINKS: Final = frozenset({"shovel", "federation-upstream"})
"""Parameters whose connections are those of no user."""


class Clients:
    """Who is connected, as seen when a run began and again when something is to be deleted. The two
    looks, which must find nobody, are `Timing.connection` apart."""

    def __init__(
        self,
        reader: Callable[[], BrokerReader],
        timing: Timing,
        own: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """`own` is whether the guards have a connection of their own to a vhost."""
        self._reader, self._timing, self._own = reader, timing, own
        self._lock = threading.Lock()
        self._absent_since: dict[str, float] = {}
        """By vhost, where every look so far has found nobody: when the first was taken."""
        self._looked_at: dict[str, float] = {}
        self._unused_at: dict[str, list[float]] = {}
        """By vhost, when connections that are known without delay were found to be none, of
        late and without a look in between that found one."""
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

    def unused(self, vhost: str) -> bool:
        """Whether no client is connected, nor was `Timing.left` ago. Raises `BrokerError`.

        Known without delay; false where it is not certain, as in a cluster or with shovels. What
        a client has left when it went is known by then.
        """
        with self._lock:
            now = self._timing.clock()
            looks = self._unused_at.pop(vhost, [])
            looks = [look for look in looks if now - look <= _FIRST_LOOKS * self._timing.left]
            if not looks:
                if not self._unused(vhost):
                    return False
                looks = [now]
            self._timing.wait_until(looks[0] + self._timing.left)
            last = self._timing.clock()
            if not self._unused(vhost):
                return False
            self._unused_at[vhost] = [*looks, last]
            return True

    def _unused(self, vhost: str) -> bool:
        reader, now = self._reader(), self._timing.clock()
        try:
            nodes, users = reader.nodes(since=now), reader.users(since=now)
            links = {component for component, _ in reader.parameters_anywhere()}
        except BrokerError:  # The user may not read them.
            return False
        proven = len(nodes) == 1 and nodes[0].plugins is not None and nodes[0].plugins <= _PROVEN
        if not proven or len(users) > _USERS or links & _LINKS or not self._nobody(vhost):
            return False
        # This list has no names that clients give themselves: the guards' own is told by number.
        own_before = self._own(vhost)
        connections = [one for user in users for one in reader.connections_of(user)]
        to_vhost = sum(one.vhost == vhost for one in connections)
        own = own_before and self._own(vhost)
        return to_vhost == int(own)

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
