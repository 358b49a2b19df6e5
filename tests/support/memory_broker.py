"""RabbitMQ in memory: what its management API and a passive declaration answer, by virtual time.

For offline tests of everything that reads a broker or refuses because of what is on it. That its
answers have the shape of a real broker's is tested in `tests/broker/test_same_shape.py`. What it
does not do: routing, dead-lettering, expiry; `publish` puts messages straight into queues.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests.support.memory_api import MemoryApi
from tests.support.virtual_time import VirtualTime
from topology.broker import Management
from topology.broker.connection import Connection
from topology.broker.management import WaitingFor
from topology.broker.queue_depth import QueueDepth, QueueDepths
from topology.broker.statistics import SAMPLE_SECONDS

Entry = dict[str, Any]
Arguments = dict[str, Any]

PLUGINS = (
    "rabbitmq_management",
    "rabbitmq_shovel",
    "rabbitmq_shovel_management",
    "rabbitmq_federation",
    "rabbitmq_federation_management",
)
_TYPES = ("direct", "fanout", "headers", "topic")
_BUILT_IN = ("", "amq.direct", "amq.fanout", "amq.headers", "amq.match", "amq.topic")


@dataclass(frozen=True)
class Counts:
    """What statistics tell of a queue."""

    ready: int = 0
    unacknowledged: int = 0
    consumers: int = 0
    published: int = 0
    dead_letters: int = 0
    """Those that a quorum queue keeps until they are routed."""


@dataclass
class MemoryQueue:
    """A queue, with all that was ever so."""

    name: str
    durable: bool = True
    auto_delete: bool = False
    exclusive: bool = False
    arguments: Arguments = field(default_factory=dict)
    leader: str = "rabbit@memory"
    """Of a quorum queue or stream; empty where it has none."""
    history: list[tuple[float, Counts]] = field(default_factory=list)
    """Since when which counts hold."""

    @property
    def type(self) -> str:
        return str(self.arguments.get("x-queue-type", "classic"))

    @property
    def now(self) -> Counts:
        return self.history[-1][1]

    def at(self, moment: float) -> Counts | None:
        """The counts of an earlier moment; None before there was the queue."""
        return next((counts for since, counts in reversed(self.history) if since <= moment), None)


@dataclass
class MemoryExchange:
    """An exchange, with what was published to it."""

    name: str
    type: str = "direct"
    durable: bool = True
    auto_delete: bool = False
    internal: bool = False
    arguments: Arguments = field(default_factory=dict)
    history: list[tuple[float, int]] = field(default_factory=list)
    """When how many messages had come."""


@dataclass
class MemoryVhost:
    """A vhost and all that is in it."""

    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    default_queue_type: str | None = None
    queues: dict[str, MemoryQueue] = field(default_factory=dict)
    exchanges: dict[str, MemoryExchange] = field(default_factory=dict)
    bindings: list[Entry] = field(default_factory=list)
    policies: dict[str, Entry] = field(default_factory=dict)
    operator_policies: dict[str, Entry] = field(default_factory=dict)
    parameters: dict[tuple[str, str], Any] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)
    permissions: dict[str, Entry] = field(default_factory=dict)
    topic_permissions: dict[tuple[str, str], Entry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in _BUILT_IN:
            kind = {"": "direct", "amq.match": "headers"}.get(name, name.removeprefix("amq."))
            self.exchanges[name] = MemoryExchange(name, kind)
        trace = MemoryExchange("amq.rabbitmq.trace", "topic", internal=True)
        self.exchanges[trace.name] = trace

    def bind(self, source: str, destination: str, **rest: Any) -> None:
        """Binds a queue, or with `destination_type` an exchange, unless it is bound so already."""
        binding = {
            "source": source,
            "vhost": self.name,
            "destination": destination,
            "destination_type": "queue",
            "routing_key": "",
            "arguments": {},
            **rest,
        }
        if binding not in self.bindings:
            self.bindings.append(binding)

    def all_bindings(self) -> Iterator[Entry]:
        """Those of the default exchange as well."""
        for name in self.queues:
            yield {
                "source": "",
                "vhost": self.name,
                "destination": name,
                "destination_type": "queue",
                "routing_key": name,
                "arguments": {},
            }
        yield from self.bindings


@dataclass
class MemoryConnection:
    """A client's connection."""

    user: str
    vhost: str
    since: float
    name: str = field(default_factory=lambda: f"127.0.0.1:{uuid4().int % 60000} -> 127.0.0.1:5672")
    own_name: str = ""


class MemoryBroker:
    """A broker that is empty but for `guest`. Tests change its fields, or act as clients."""

    def __init__(self, time: VirtualTime | None = None, *, version: str = "4.3.6") -> None:
        self.time = time or VirtualTime()
        self.version = version
        self.statistics_lag = SAMPLE_SECONDS - 1.2
        """Seconds by which statistics are behind."""
        self.connections_lag = 4.7
        """The same of the list of a vhost's connections, for those that are new."""
        self.live_counts = True
        """Whether classic queues are counted at once where totals are asked without statistics."""
        self.cluster_id = "rabbitmq-cluster-id-memory"
        self.plugins: tuple[str, ...] = PLUGINS
        self.nodes_running = {"rabbit@memory": True}
        self.exchange_types = _TYPES
        self.vhosts: dict[str, MemoryVhost] = {}
        self.users: dict[str, Entry] = {}
        self.connections: list[MemoryConnection] = []
        self.connections_created = 0
        self.requests: list[str] = []
        """Method and path of each request to the management API."""
        self._api = MemoryApi(self)
        self.add_user("guest", "guest", "administrator")

    def management(self, waiting_for: WaitingFor = nullcontext) -> Management:
        """The program's own client of the management API, to this broker."""
        transport = httpx.MockTransport(self._api.answer)
        url = "http://memory:15672"
        return Management(url, "guest", "guest", waiting_for=waiting_for, transport=transport)

    def connection(self) -> Connection:
        """What the program knows of a broker's addresses, to this broker."""
        return _MemoryAccess(self)

    # What tests put there

    def vhost(self, name: str) -> MemoryVhost:
        """The vhost of this name, made if there is none."""
        if name not in self.vhosts:
            self.vhosts[name] = MemoryVhost(name)
        return self.vhosts[name]

    def add_user(self, name: str, password: str, *tags: str) -> None:
        salt = b"salt"
        digest = hashlib.sha256(salt + password.encode()).digest()
        self.users[name] = {
            "name": name,
            "password_hash": base64.b64encode(salt + digest).decode(),
            "hashing_algorithm": "rabbit_password_hashing_sha256",
            "tags": list(tags),
            "limits": {},
        }

    def add_queue(self, vhost: str, name: str, **rest: Any) -> MemoryQueue:
        """Empty, and declared just now."""
        queue = MemoryQueue(name, **rest)
        queue.history.append((self.time.now, Counts()))
        self.vhost(vhost).queues[name] = queue
        return queue

    def add_exchange(self, vhost: str, name: str, **rest: Any) -> MemoryExchange:
        exchange = MemoryExchange(name, **rest)
        self.vhost(vhost).exchanges[name] = exchange
        return exchange

    # What clients do

    def connect(self, vhost: str, user: str = "guest", own_name: str = "") -> MemoryConnection:
        connection = MemoryConnection(user, vhost, self.time.now, own_name=own_name)
        self.connections.append(connection)
        self.connections_created += 1
        return connection

    def disconnect(self, connection: MemoryConnection) -> None:
        self.connections.remove(connection)

    def publish(self, vhost: str, queue: str, count: int = 1, *, exchange: str = "") -> None:
        """Puts messages into a queue, by way of an exchange if one is given."""
        now = self._queue(vhost, queue).now
        self._change(vhost, queue, ready=now.ready + count, published=now.published + count)
        history = self.vhosts[vhost].exchanges[exchange].history
        history.append((self.time.now, (history[-1][1] if history else 0) + count))

    def take(self, vhost: str, queue: str, count: int = 1) -> None:
        """Messages are delivered, and not yet acknowledged."""
        now = self._queue(vhost, queue).now
        self._change(
            vhost, queue, ready=now.ready - count, unacknowledged=now.unacknowledged + count
        )

    def acknowledge(self, vhost: str, queue: str, count: int = 1) -> None:
        unacknowledged = self._queue(vhost, queue).now.unacknowledged - count
        self._change(vhost, queue, unacknowledged=unacknowledged)

    def reject(self, vhost: str, queue: str, count: int = 1) -> None:
        """Messages become dead letters that the queue keeps, for they cannot be routed."""
        now = self._queue(vhost, queue).now
        self._change(
            vhost,
            queue,
            unacknowledged=now.unacknowledged - count,
            dead_letters=now.dead_letters + count,
        )

    def consume(self, vhost: str, queue: str, consumers: int = 1) -> None:
        """So many consumers are on the queue from now on."""
        self._change(vhost, queue, consumers=consumers)

    def depth(self, vhost: str, queue: str) -> tuple[int, int] | None:
        """Ready messages and consumers, as a passive declaration answers; None without a queue."""
        found = self.vhosts[vhost].queues.get(queue) if vhost in self.vhosts else None
        if found is None:
            return None
        known = found.type != "quorum" or found.leader
        return (found.now.ready if known else 0, found.now.consumers)

    def _queue(self, vhost: str, queue: str) -> MemoryQueue:
        return self.vhosts[vhost].queues[queue]

    def _change(self, vhost: str, queue: str, **changes: int) -> None:
        found = self._queue(vhost, queue)
        counts = {**vars(found.now), **changes}
        if min(counts.values()) < 0:
            raise ValueError(f"queue {queue} does not hold so many messages")
        found.history.append((self.time.now, Counts(**counts)))


class _MemoryAccess(Connection):
    """Reaches the broker in memory by both of its addresses."""

    _broker: MemoryBroker

    def __init__(self, broker: MemoryBroker) -> None:
        super().__init__("http://memory:15672", "amqp://memory:5672", "guest", "guest")
        object.__setattr__(self, "_broker", broker)

    def management(self, waiting_for: WaitingFor = nullcontext) -> Management:
        return self._broker.management(waiting_for)

    def queue_depths(self) -> QueueDepths:
        return _MemoryDepths(self, self._broker)


class _MemoryDepths(QueueDepths):
    def __init__(self, connection: Connection, broker: MemoryBroker) -> None:
        super().__init__(connection)
        self._broker = broker

    def of(self, vhost: str, queue: str) -> QueueDepth | None:
        found = self._broker.depth(vhost, queue)
        return None if found is None else QueueDepth(*found)
