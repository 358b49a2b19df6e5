"""What the guards ask the broker."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Sequence
from contextlib import nullcontext

from topology.broker import BrokerError, BrokerReader, Management
from topology.broker.connection import Connection
from topology.broker.leader import is_leaderless
from topology.broker.management import WaitingFor
from topology.guard.clients import Clients
from topology.guard.listing import SHARED_SECONDS, Entry, Listing
from topology.guard.occupancy import Occupancy
from topology.problems import Problem

SAMPLE_SECONDS = 11.0
"""After this, statistics tell what was so when one began to wait. Queues report every five seconds,
the management plugin collects the reports every five seconds; 9.8 seconds were measured."""

_STARTING_SECONDS = 20.0
"""How long a broker may take to have statistics of a queue again, after it was restarted."""

_UNACKNOWLEDGED = "messages_unacknowledged"


def _unknown(queue: Entry, *, counted: bool) -> Problem | None:
    """Why the broker does not know what a queue holds, if so. `counted` is whether statistics of
    classic queues matter: they do where somebody was connected.

    Those of quorum queues always do: they come from the leader. RabbitMQ may name one that does not
    answer, and AMQP then counts 0 messages.
    """
    name, path = queue["name"], ("rabbitmq:endpoint",)
    known = _UNACKNOWLEDGED in queue
    if is_leaderless(queue) or (queue.get("type") == "quorum" and not known):
        message = f"quorum queue {name} has no leader that answers: nobody knows what is in it"
        hint = (
            "are its nodes up, and statistics on? Where RabbitMQ's log says that it could not be "
            f"restarted, only consent lets it go: allow_deletion: {{queues: [{name}]}}"
        )
        return Problem(path, message, hint)
    if counted and not known:
        message = f"it has no statistics of queue {name}"
        return Problem(path, message, "is the queue's node down, or are statistics switched off?")
    return None


class GuardedBroker:
    """Reads of one run. Threads share it: hooks of many resources run side by side."""

    def __init__(self, connection: Connection, waiting_for: WaitingFor = nullcontext) -> None:
        self._connection, self._waiting_for = connection, waiting_for
        self._ready = connection.queue_depths()
        atexit.register(self._ready.close)
        self._reader: BrokerReader | None = None
        self._lock = threading.Lock()
        self.listing = Listing(lambda: self.management)
        self._clients = Clients(lambda: self.management)
        self._published: dict[str, dict[str, int]] = {}
        """Messages by vhost and exchange, as statistics told when this run began."""
        self._began = time.monotonic()

    def begin(self, vhost: str) -> None:
        """Looks at who is connected and what was published when a run begins, so that it may know
        later that nobody was, or what came since. Raises `BrokerError`.
        """
        self._clients.look(vhost)
        exchanges = self.listing.look("exchanges", vhost).found
        self._published[vhost] = {entry["name"]: _published(entry) for entry in exchanges}

    @property
    def management(self) -> Management:
        return self.reader.management

    @property
    def reader(self) -> BrokerReader:
        """Connects when first used."""
        with self._lock:
            if self._reader is None:
                management = self._connection.management(self._waiting_for)
                self._reader = BrokerReader(management)
            return self._reader

    def occupancy(self, vhost: str, queue: str) -> Occupancy | None:
        """As sampled, up to five seconds ago; None if there is no such queue."""
        found = self.listing.one("queues", vhost, queue)
        return None if found is None else Occupancy.of(found)

    def exchange(self, vhost: str, exchange: str, *, settled: bool = False) -> Entry | None:
        """As listed a moment ago; if `settled`, waits as for the counts of queues."""
        since = self._settle(vhost) if settled else 0.0
        return self.listing.one("exchanges", vhost, exchange, since=since)

    def published(self, vhost: str, exchange: str) -> int:
        """Messages that came to an exchange since this run began, or up to `SAMPLE_SECONDS` before;
        waits as for the counts of queues. A rate is told from the second sample on only."""
        before = self._published.get(vhost)
        since = self._settle(vhost)
        if before is None or not since:
            return 0
        found = self.listing.one("exchanges", vhost, exchange, since=since)
        return max(0, _published(found or {}) - before.get(exchange, 0))

    def settled_occupancy(self, vhost: str, queue: str) -> Occupancy | None:
        """As sampled after this run began: waits until there is such a sample, unless nobody is
        connected who could have changed anything since.

        Raises `BrokerError` where nobody can tell: the broker keeps no statistics of the queue, or
        a quorum queue has no leader. Asked over AMQP, RabbitMQ counts 0 messages in such a one.
        """
        since = self._settle(vhost)
        found = self.listing.one("queues", vhost, queue, since=since)
        missing_since = time.monotonic()
        while found is not None and (unknown := _unknown(found, counted=bool(since))):
            if time.monotonic() - missing_since > _STARTING_SECONDS:
                raise BrokerError([unknown])
            time.sleep(SHARED_SECONDS)
            found = self.listing.one("queues", vhost, queue)
        return None if found is None else Occupancy.of(found)

    def _settle(self, vhost: str) -> float:
        """Waits until statistics tell what was so when this run began, and gives that time; 0 if
        nobody is connected, and there is nothing to wait for."""
        if self._clients.absent(vhost):
            return 0.0
        settled = self._began + SAMPLE_SECONDS
        time.sleep(max(0.0, settled - time.monotonic()))
        return settled

    def ready_now(self, vhost: str, queue: str) -> Occupancy | None:
        """Ready messages and consumers at this very moment."""
        counts = self._ready.of(vhost, queue)
        return None if counts is None else Occupancy(ready=counts[0], consumers=counts[1])

    def hang_up(self) -> None:
        """Ends the connections of this run's own, which the broker would count too."""
        self._ready.close()

    def delete_free_queue(self, vhost: str, queue: str) -> str | None:
        """Deletes a classic queue if it is empty and unused; returns why RabbitMQ refuses.

        Only classic queues know conditions: for others, RabbitMQ refuses the conditions as such.
        """
        found = self.listing.one("queues", vhost, queue)
        if found is None or found.get("type", "classic") != "classic":
            return None
        conditions = {"if-unused": "true", "if-empty": "true"}
        return self.management.delete("queues", vhost, queue, **conditions)

    def feeders(self, vhost: str, exchange: str, *, fresh: bool = False) -> Sequence[str]:
        """Queues that dead-letter to an exchange, by argument or by policy."""
        since = time.monotonic() if fresh else 0.0
        return self.listing.look("queues", vhost, since=since).feeders.get(exchange, ())

    def queues_behind(self, vhost: str, exchange: str) -> set[str]:
        """Queues that an exchange leads to, also by way of other exchanges."""
        onward = self.listing.look("bindings", vhost).onward
        queues: set[str] = set()
        seen, waiting = {exchange}, [exchange]
        while waiting:
            for binding in onward.get(waiting.pop(), ()):
                name = binding["destination"]
                if binding["destination_type"] == "queue":
                    queues.add(name)
                elif name not in seen:
                    seen.add(name)
                    waiting.append(name)
        return queues

    def names_under(self, vhost: str, policy: str, section: str) -> list[str]:
        """The `queues` or `exchanges` that a policy applies to."""
        look = self.listing.look(section, vhost)
        if section == "queues":
            return look.under.get(policy, [])
        # Exchanges have no statistics to wait for: what applies to them is told at once.
        return [entry["name"] for entry in look.found if entry.get("policy") == policy]


def _published(exchange: Entry) -> int:
    return int((exchange.get("message_stats") or {}).get("publish_in") or 0)
