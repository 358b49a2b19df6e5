"""What the guards ask the broker."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace

from ..broker import BrokerError, BrokerReader, Management, Timing
from ..broker.connection import Connection
from ..broker.management import WaitingFor
from ..broker.state import LiveExchange, LiveQueue
from ..problems import Problem
from .clients import Clients
from .live_clients import LiveClients
from .occupancy import Occupancy
from .traffic import Traffic, TrafficReader


def _unknown(queue: LiveQueue, *, counted: bool) -> Problem | None:
    """Why the broker does not know what a queue holds, if so. `counted` is whether statistics of
    classic queues matter: they do where clients were connected.

    Those of quorum queues always do: they come from the leader. RabbitMQ may name one that does not
    answer, and AMQP then counts 0 messages.
    """
    name, path = queue.name, ("rabbitmq:endpoint",)
    known = queue.unacknowledged is not None
    if queue.leaderless or (queue.type == "quorum" and not known):
        message = f"quorum queue {name} has no leader that answers: what is in it is unknown"
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

    def __init__(
        self,
        connection: Connection,
        waiting_for: WaitingFor = nullcontext,
        timing: Timing | None = None,
        log: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`log` takes what is waited for, before the wait."""
        self._connection, self._waiting_for = connection, waiting_for
        self._timing, self._log = timing or Timing(), log
        self._ready = connection.queue_depths()
        atexit.register(self._ready.close)
        self._reader: BrokerReader | None = None
        self._lock = threading.Lock()
        self._began = self._timing.clock()
        self._clients = Clients(lambda: self.reader, self._timing)
        self._live_clients = LiveClients(lambda: self.reader, self._timing, self._ready.connected)
        self._traffic = TrafficReader(
            lambda: self.reader, self._timing, self._live_clients, self._settle
        )
        self._waits: set[str] = set()
        """Vhosts of which a wait was logged."""

    def begin(self, vhost: str) -> None:
        """Looks at who is connected and what was published when a run begins, so that it may know
        later that nobody was, or what came since. Raises `BrokerError`.
        """
        self._clients.look(vhost)
        self._traffic.begin(vhost)

    @property
    def management(self) -> Management:
        return self.reader.management

    @property
    def reader(self) -> BrokerReader:
        """Connects when first used."""
        with self._lock:
            if self._reader is None:
                management = self._connection.management(self._waiting_for)
                self._reader = BrokerReader(management, self._timing)
            return self._reader

    def sleep(self, seconds: float) -> None:
        """Waits by the clock of this run, before another look at what may change by itself."""
        self._timing.sleep(seconds)

    def queue(self, vhost: str, queue: str, *, since: float | None = None) -> LiveQueue | None:
        """As listed a moment ago, and after `since`; None if there is no such queue."""
        return self.reader.queues(vhost, since=since).by_name.get(queue)

    def occupancy(self, vhost: str, queue: str, *, wait: bool, listed: bool) -> Occupancy | None:
        """What a queue holds; None if there is no such queue.

        Ready messages and consumers are those of this moment, and so are the unacknowledged
        messages of a classic queue. Those of a quorum queue are sampled: without `wait` up to
        `Timing.sample` ago, with it after this run began, unless no client is connected. With
        `listed`, the counts of classic queues are those of a listing that serves others, too; it is
        newer than the run's beginning.

        Raises `BrokerError` as `settled_occupancy` does.
        """
        found = self._live(vhost, queue, listed=listed)
        if found is None:
            return None
        if found.type == "stream":
            sampled = self.queue(vhost, queue)
            return Occupancy.of(sampled, sampled=True) if sampled else None
        counted = found.unacknowledged is not None and found.consumers is None
        at_once = found.type in ("", "classic") and counted
        held = Occupancy.of(found) if at_once else self._sampled(vhost, queue, wait=wait)
        counts = self._ready.of(vhost, queue)
        if held is None or counts is None:
            return None
        # What has become ready since the listing was unacknowledged in it, or is new.
        ready = counts.ready if not at_once or held.free else held.ready
        if wait and self._keeps_dead_letters(vhost, queue):
            # What was ready in the sample may be a dead letter by now.
            ready = max(ready, held.ready)
        return replace(held, ready=ready, consumers=counts.consumers)

    def _live(self, vhost: str, queue: str, *, listed: bool) -> LiveQueue | None:
        if not listed:
            return self.reader.queue(vhost, queue, live=True)
        return self.reader.queues(vhost, since=self._began, live=True).by_name.get(queue)

    def _keeps_dead_letters(self, vhost: str, queue: str) -> bool:
        listing = self.reader.queues(vhost)
        found = listing.by_name.get(queue)
        return found is not None and listing.keeps_dead_letters(found)

    def _sampled(self, vhost: str, queue: str, *, wait: bool) -> Occupancy | None:
        if wait:
            return self.settled_occupancy(vhost, queue)
        sampled = self.queue(vhost, queue)
        held = Occupancy.of(sampled, sampled=True) if sampled else None
        if held and held.unacknowledged and self._live_clients.none(vhost):
            return replace(held, unacknowledged=0)
        return held

    def exchange(self, vhost: str, exchange: str) -> LiveExchange | None:
        """As listed a moment ago."""
        return self.reader.exchanges(vhost).by_name.get(exchange)

    def traffic(self, vhost: str, exchange: str, *, wait: bool) -> Traffic:
        """What comes to an exchange, as `TrafficReader.of` reads it."""
        return self._traffic.of(vhost, exchange, wait=wait)

    def settled_occupancy(self, vhost: str, queue: str) -> Occupancy | None:
        """As sampled after this run began: waits until there is such a sample, unless no client is
        connected that could have changed anything since.

        Raises `BrokerError` where the counts are not known: RabbitMQ keeps no statistics of the
        queue, or a quorum queue has no leader. Asked over AMQP, RabbitMQ counts 0 messages in such
        a one.
        """
        timing, keeps = self._timing, self._keeps_dead_letters(vhost, queue)
        unused = not keeps and self._live_clients.none(vhost)
        what = f"the {'dead letters' if keeps else 'unacknowledged messages'} of queue {queue}"
        since = None
        if keeps:
            # These come to be without a client, as when messages expire.
            since = self._until_sampled(vhost, what)
        elif not unused:
            since = self._settle(vhost, what)
        found = self.queue(vhost, queue, since=since)
        missing_since = timing.clock()
        while found is not None and (unknown := _unknown(found, counted=since is not None)):
            if timing.clock() - missing_since > timing.restart:
                raise BrokerError([unknown])
            timing.sleep(timing.shared)
            found = self.queue(vhost, queue)
        if found is None:
            return None
        # Without a connection nothing is unacknowledged, whatever the last sample says.
        held = Occupancy.of(found, sampled=not unused)
        return replace(held, unacknowledged=0) if unused else held

    def _until_sampled(self, vhost: str, what: str) -> float:
        """Waits until statistics tell what was so when this run began, and gives that time. `what`
        they tell is logged."""
        settled = self._began + self._timing.sample
        self._log_wait(vhost, settled, what)
        self._timing.wait_until(settled)
        return settled

    def _settle(self, vhost: str, what: str) -> float | None:
        """The same, or None sooner if no client was connected, and there is nothing to wait for."""
        self._log_wait(vhost, self._began + self._timing.sample, what)
        return None if self._clients.absent(vhost) else self._until_sampled(vhost, what)

    def _log_wait(self, vhost: str, settled: float, what: str) -> None:
        rest = settled - self._timing.clock()
        if rest > 0 and vhost not in self._waits:
            self._waits.add(vhost)
            self._log(f"waiting up to {rest:.0f} s for RabbitMQ's statistics of {what}")

    def ready_now(self, vhost: str, queue: str) -> Occupancy | None:
        """Ready messages and consumers at this very moment."""
        counts = self._ready.of(vhost, queue)
        return None if counts is None else Occupancy(counts.ready, consumers=counts.consumers)

    def hang_up(self) -> None:
        """Ends the connections of this run's own, which the broker would count too."""
        self._ready.close()

    def delete_free_queue(self, vhost: str, queue: str) -> str | None:
        """Deletes a classic queue if it is empty and unused; returns why RabbitMQ refuses.

        Only classic queues know conditions: for others, RabbitMQ refuses the conditions as such.
        """
        found = self.queue(vhost, queue)
        if found is None or found.type not in ("", "classic"):
            return None
        conditions = {"if-unused": "true", "if-empty": "true"}
        return self.management.delete("queues", vhost, queue, **conditions)

    def feeders(self, vhost: str, exchange: str, *, fresh: bool = False) -> Sequence[str]:
        """Queues that dead-letter to an exchange, by argument or by policy."""
        since = self._timing.clock() if fresh else None
        sources = self.reader.queues(vhost, since=since).dead_letter_sources
        return sources.get(exchange, ())

    def queues_behind(self, vhost: str, exchange: str) -> set[str]:
        """Queues that an exchange leads to, also by way of other exchanges."""
        return self.reader.bindings(vhost).queues_behind(exchange)

    def names_under(self, vhost: str, policy: str, section: str) -> Sequence[str]:
        """The `queues` or `exchanges` that a policy applies to."""
        listing = self.reader.queues if section == "queues" else self.reader.exchanges
        return listing(vhost).by_policy.get(policy, ())
