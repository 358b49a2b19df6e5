"""Which clients are connected to a vhost, known without delay.

Without a connection nothing is unacknowledged and nothing is published. RabbitMQ lists the
connections of a user at once, those of a vhost with a delay. Where the lists of users are certain
to have all connections, statistics need not be waited for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ..broker import BrokerError, BrokerReader, Timing
from ..broker.queue_depth import CONNECTION_NAME

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
"""Parameters of links. A link to its own node has a direct connection, which is that of the user
`none` and on no user's list. A link that belongs to the stack itself would be told apart in
`LiveClients._links`."""


@dataclass(frozen=True, slots=True)
class _Look:
    began: float
    clients: int
    """Connections to the vhost that are seen, without the guards' own."""
    certain: bool
    """Whether there can be no others."""

    @property
    def none(self) -> bool:
        return self.certain and not self.clients


class LiveClients:
    """Looks at the connections of a broker. Threads share it; one look serves all who wait."""

    def __init__(
        self,
        reader: Callable[[], BrokerReader],
        timing: Timing,
        own: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """`own` is whether the guards have a connection of their own to a vhost."""
        self._reader, self._timing, self._own = reader, timing, own
        self._lock = threading.Lock()
        self._last: dict[str, _Look] = {}
        self._none_at: dict[str, list[float]] = {}
        """By vhost, when looks found none, of late and without one in between that found any."""

    def none(self, vhost: str) -> bool:
        """Whether no client is connected, nor was `Timing.left` ago. Raises `BrokerError`.

        False where it is not certain, as in a cluster or with shovels. What a client has left when
        it went is known by then.
        """
        asked, timing = self._timing.clock(), self._timing
        with self._lock:
            if not self._look(vhost, asked).none:
                return False
            first = self._none_at[vhost][0]
            timing.wait_until(first + timing.left)
            return self._look(vhost, max(asked, first + timing.left)).none

    def any(self, vhost: str) -> bool:
        """Whether a client is seen now. Raises `BrokerError`."""
        asked = self._timing.clock()
        with self._lock:
            return self._look(vhost, asked).clients > 0

    def _look(self, vhost: str, since: float) -> _Look:
        """A look that began at `since` or later."""
        last = self._last.get(vhost)
        if last is None or last.began < since:
            last = self._last[vhost] = self._new_look(vhost)
            oldest = last.began - _FIRST_LOOKS * self._timing.left
            before = [at for at in self._none_at.get(vhost, ()) if at >= oldest]
            self._none_at[vhost] = [*before, last.began] if last.none else []
        return last

    def _new_look(self, vhost: str) -> _Look:
        reader, began = self._reader(), self._timing.clock()
        # Nodes that are cut off tell nothing of their connections.
        nodes = reader.nodes(since=began)
        certain = len(nodes) == 1 and nodes[0].running
        certain = certain and nodes[0].plugins is not None and nodes[0].plugins <= _PROVEN
        listed = reader.connections(vhost)
        clients = sum(one.own_name != CONNECTION_NAME for one in listed)
        try:
            users = reader.users(since=began)
            links = self._links()
        except BrokerError:  # The user may not read them.
            return _Look(began, clients, certain=False)
        if links or len(users) > _USERS:
            return _Look(began, clients, certain=False)
        # These lists lack the names that clients give themselves: the guards' own is subtracted.
        own_before = self._own(vhost)
        connections = [one for user in users for one in reader.connections_of(user)]
        to_vhost = sum(one.vhost == vhost for one in connections)
        own_now = self._own(vhost)
        own = int(own_before and own_now)
        return _Look(began, max(clients, to_vhost - own), certain and own_before == own_now)

    def _links(self) -> bool:
        """Whether there is a link in any vhost: each may connect to every other."""
        found = self._reader().parameters_anywhere()
        return any(component in _LINKS for component, _ in found)
