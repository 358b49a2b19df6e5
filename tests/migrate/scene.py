"""A vhost with an old queue, and the declaration of what it shall become."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from uuid import uuid4

import pika
from pika.adapters.blocking_connection import BlockingChannel

from tests.features.eventually import eventually
from tests.migrate.traffic import url_of
from tests.support.api import Api
from toolchain.node import Broker
from topology.broker import probe
from topology.broker.connection import Connection
from topology.check import check
from topology.expand.settings import Settled
from topology.migrate.model import Event
from topology.migrate.plan import Plan
from topology.migrate.run import Outcome, carry_out
from topology.migrate.source import Source
from topology.migrate.survey import survey
from topology.migrate.terms import Terms

EXCHANGE, QUEUE = "events", "work"
_SECONDS = 300
PERSISTENT = pika.BasicProperties(delivery_mode=2)


class Scene:
    """Everything but Pulumi: what is migrated is what a stack would declare."""

    def __init__(self, broker: Broker, vhost: str) -> None:
        self.broker, self.vhost = broker, vhost
        self.api = Api(broker)
        self.events: list[Event] = []
        self.source: Source | None = None
        """The other broker, if queues come from there."""
        self.connection = Connection(*self.access)

    @property
    def access(self) -> tuple[str, str, str, str]:
        """What a `Connection` is made of."""
        broker = self.broker
        return broker.management, broker.amqp, broker.username, broker.password

    def vhost_named(self, vhost: str) -> None:
        """Makes a vhost with an exchange."""
        self.api.put("vhosts", vhost)
        rights = {"configure": ".*", "write": ".*", "read": ".*"}
        self.api.put("permissions", vhost, self.broker.username, body=rights)
        self.api.put("exchanges", vhost, EXCHANGE, body={"type": "topic", "durable": True})

    def old_queue(self, name: str = QUEUE, vhost: str | None = None, **arguments: Any) -> None:
        """Declares and binds a queue; arguments are written with underscores and no `x-`."""
        place = vhost or self.vhost
        named = {f"x-{key.replace('_', '-')}": value for key, value in arguments.items()}
        self.api.put("queues", place, name, body={"durable": True, "arguments": named})
        self.bind(name, f"{name}.#", place)

    def bind(self, queue: str, key: str, vhost: str | None = None) -> None:
        path = ("bindings", vhost or self.vhost, "e", EXCHANGE, "q", queue)
        self.api.post(*path, body={"routing_key": key, "arguments": {}})

    def declared(self, name: str = QUEUE, **queue: Any) -> dict[str, Any]:
        """A config dict with one queue."""
        return {
            "vhost": self.vhost,
            "exchanges": {EXCHANGE: {"type": "topic"}},
            "queues": {name: {"migrate": True, **queue}},
            "bindings": [{"source": EXCHANGE, "destination": name, "routing_key": f"{name}.#"}],
        }

    def plan(self, config: dict[str, Any], *asked: str) -> Plan:
        settled: Settled = check(config).usable()
        with self.connection.management() as management:
            version = probe(management).version
            return survey(management, settled, version, asked, parallel=4, source=self.source)

    def migrate(
        self,
        config: dict[str, Any],
        *,
        patience: float = 20,
        undo: bool = False,
        parallel: int = 4,
    ) -> list[Outcome]:
        """Raises nothing: what could not be done is in the outcomes."""
        plan = self.plan(config)
        assert plan.problems == (), [str(problem) for problem in plan.problems]
        with self.connection.management() as management:
            version = probe(management).version
        moves = [planned.move for planned in plan.moves]
        terms = Terms(parallel, patience, undo, self.source)
        return carry_out(self.connection, moves, version, self.events.append, terms)

    @contextmanager
    def migrating(self, config: dict[str, Any]) -> Iterator[None]:
        """Migrates beside what happens meanwhile, to the end."""
        with ThreadPoolExecutor(1) as pool:
            run = pool.submit(self.migrate, config, patience=120)
            yield
            outcomes = run.result(_SECONDS)
        assert outcomes and not any(outcome.failure for outcome in outcomes), outcomes

    def migrated(self, config: dict[str, Any], *, patience: float = 20) -> None:
        """Migrates, to the end, and nothing of the migration is left."""
        outcomes = self.migrate(config, patience=patience)
        assert outcomes and not any(outcome.failure for outcome in outcomes), outcomes
        self.nothing_left()

    def nothing_left(self) -> None:
        """A moment later: a lock goes when RabbitMQ has noticed that its connection has."""
        eventually(lambda: len(self._left()), 0)

    def _left(self) -> list[str]:
        sections = ("queues", "exchanges", "policies", "operator-policies")
        entries = [entry for section in sections for entry in self.api.get(section, self.vhost)]
        entries += self.api.get("parameters", "shovel", self.vhost)
        return [entry["name"] for entry in entries if entry["name"].startswith("migrate.")]

    def channel(self, vhost: str | None = None) -> AbstractContextManager[BlockingChannel]:
        return opened(url_of(self.broker, vhost or self.vhost))

    def put(self, count: int, key: str = f"{QUEUE}.x", vhost: str | None = None) -> list[str]:
        """Publishes confirmed messages, numbered."""
        bodies = [f"{number}" for number in range(count)]
        with self.channel(vhost) as channel:
            channel.confirm_delivery()
            for body in bodies:
                channel.basic_publish(EXCHANGE, key, body.encode(), PERSISTENT, mandatory=True)
        return bodies

    def bodies(self, queue: str = QUEUE) -> list[str]:
        """All that a queue holds, in its order; it is empty after."""
        with self.channel() as channel:
            found: list[str] = []
            while True:
                method, _, body = channel.basic_get(queue, auto_ack=True)
                if method is None:
                    return found
                found.append(body.decode())

    def held(self, queue: str = QUEUE) -> int:
        """Unacknowledged messages, as statistics tell of them some seconds later."""
        return int(self.api.queues(self.vhost)[queue].get("messages_unacknowledged", 0))

    def type_of(self, queue: str = QUEUE) -> str:
        return str(self.api.get("queues", self.vhost, queue)["type"])

    def sources(self, queue: str = QUEUE) -> set[tuple[str, str]]:
        found = self.api.get("queues", self.vhost, queue, "bindings")
        return {(entry["source"], entry["routing_key"]) for entry in found if entry["source"]}


@contextmanager
def opened(url: str) -> Iterator[BlockingChannel]:
    """A channel of a connection of its own."""
    link = pika.BlockingConnection(pika.URLParameters(url))
    try:
        channel: BlockingChannel = link.channel()
        yield channel
    finally:
        if link.is_open:
            link.close()


@contextmanager
def scene(broker: Broker) -> Iterator[Scene]:
    """A scene in a vhost of its own."""
    found = Scene(broker, f"migrate-{uuid4().hex[:10]}")
    try:
        found.vhost_named(found.vhost)
        yield found
    finally:
        for vhost in found.api.vhosts():
            if vhost.startswith(found.vhost):
                found.api.delete("vhosts", vhost)
        found.api.__exit__(None, None, None)
