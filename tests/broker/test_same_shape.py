"""A real broker and the one in memory answer the reader alike: the same cases, compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import pytest

from tests.features.eventually import eventually
from tests.safety.messages import Messages
from tests.support.api import Api
from tests.support.memory_broker import MemoryBroker
from toolchain.node import Broker
from topology.broker import BrokerReader, Management
from topology.broker.connection import Connection
from topology.broker.queue_depth import QueueDepths
from topology.broker.state import NEVER, LiveQueue, VhostState

pytestmark = pytest.mark.live

USER = "shape"
ENDS = {"durable": True, "auto_delete": False}
QUEUES: dict[str, dict[str, Any]] = {
    "classic": {**ENDS, "arguments": {"x-max-length": 5}},
    "quorum": {**ENDS, "arguments": {"x-queue-type": "quorum"}},
    "stream": {**ENDS, "arguments": {"x-queue-type": "stream"}},
    "fleeting": {"durable": True, "auto_delete": True, "arguments": {}},
}
EXCHANGES: dict[str, dict[str, Any]] = {
    "events": {**ENDS, "type": "topic"},
    "inner": {**ENDS, "type": "fanout", "internal": True},
    "other": {**ENDS, "type": "headers", "arguments": {"alternate-exchange": "events"}},
}


@dataclass
class Side:
    """A broker with one vhost, real or in memory."""

    reader: BrokerReader
    vhost: str
    depths: QueueDepths
    publish: Callable[[str, int], None]
    settle: Callable[[Callable[[], bool]], None]
    """Waits until something is so; in memory, by letting time pass."""

    @property
    def management(self) -> Management:
        return self.reader.management


def prepare(side: Side) -> None:
    put, vhost = side.management.put, side.vhost
    for name, body in QUEUES.items():
        assert put("queues", vhost, name, body=body) is None
    for name, body in EXCHANGES.items():
        assert put("exchanges", vhost, name, body=body) is None
    for path, body in (
        (("e", "events", "q", "classic"), {"routing_key": "a.*/~ b", "arguments": {}}),
        (("e", "events", "q", "quorum"), {"routing_key": "", "arguments": {}}),
        (("e", "events", "e", "inner"), {"routing_key": "#", "arguments": {}}),
        (("e", "inner", "q", "stream"), {"routing_key": "", "arguments": {"a": 1}}),
    ):
        assert side.management.post("bindings", vhost, *path, body=body) is None
    policy = {"pattern": "^q", "definition": {"max-length": 9}, "priority": 2, "apply-to": "queues"}
    exchange = {"pattern": "^ev", "definition": {"alternate-exchange": "other"}}
    assert put("policies", vhost, "mine", body=policy) is None
    assert put("policies", vhost, "exchange", body={**exchange, "apply-to": "exchanges"}) is None
    assert put("operator-policies", vhost, "ops", body=policy) is None
    upstream = {"value": {"uri": "amqp://"}}
    assert put("parameters", "federation-upstream", vhost, "up", body=upstream) is None
    assert put("vhost-limits", vhost, "max-queues", body={"value": 99}) is None
    rights = {"configure": "", "write": ".*", "read": "^q"}
    assert put("users", USER, body={"password": "p", "tags": "monitoring"}) is None
    assert put("permissions", vhost, USER, body=rights) is None
    topic = {"exchange": "events", "write": "^a", "read": ".*"}
    assert put("topic-permissions", vhost, USER, body=topic) is None


@contextmanager
def real_side(broker: Broker) -> Iterator[Side]:
    vhost = f"shape-{uuid4().hex[:8]}"
    connection = Connection(broker.management, broker.amqp, broker.username, broker.password)
    depths = QueueDepths(connection)
    with connection.management() as management, Api(broker) as api:
        api.put("vhosts", vhost, body={"description": "d"})

        def publish(queue: str, count: int) -> None:
            with Messages(broker, vhost) as messages:
                messages.put(queue, count)

        reader = BrokerReader(management)

        def settle(is_so: Callable[[], bool]) -> None:
            def look() -> bool:
                reader.forget()
                return is_so()

            eventually(look, wanted=True)

        try:
            yield Side(reader, vhost, depths, publish, settle)
        finally:
            depths.close()
            api.delete("vhosts", vhost)


@contextmanager
def memory_side(version: str) -> Iterator[Side]:
    broker = MemoryBroker(version=version)
    broker.vhost("v").description = "d"
    with broker.management() as management:
        reader = BrokerReader(management, broker.time.timing())

        def settle(is_so: Callable[[], bool]) -> None:
            broker.time.pass_(reader.timing.sample)
            assert is_so()

        yield Side(
            reader,
            "v",
            broker.connection().queue_depths(),
            lambda queue, count: broker.publish("v", queue, count),
            settle,
        )


@pytest.fixture
def sides(each_broker: Broker) -> Iterator[tuple[Side, Side]]:
    with real_side(each_broker) as real, memory_side(each_broker.version) as memory:
        prepare(real)
        prepare(memory)
        yield real, memory


def comparable(queue: LiveQueue) -> LiveQueue:
    """Without what is a broker's own: its clock, the node's name, and what a message weighs."""
    return replace(
        queue, as_of=NEVER, leader="a node" if queue.leader else "", bytes=None, publish_rate=0.0
    )


def uncounted(queue: LiveQueue) -> LiveQueue:
    return replace(comparable(queue), ready=None, unacknowledged=None)


def state_of(side: Side) -> VhostState:
    found = side.reader.state(side.vhost)
    assert found.vhost is not None
    exchanges = {name: replace(e, as_of=NEVER) for name, e in found.exchanges.items()}
    return replace(
        found,
        vhost=replace(found.vhost, name="v", default_queue_type=None),
        queues={name: uncounted(queue) for name, queue in sorted(found.queues.items())},
        exchanges=exchanges,
        bindings=tuple(sorted(found.bindings, key=str)),
        parameters={key: v for key, v in found.parameters.items() if key[0].startswith("fed")},
        users={USER: replace(found.users[USER], password_hash="")},
        permissions={USER: found.permissions[USER]},
    )


def test_the_state_of_a_vhost(sides: tuple[Side, Side]) -> None:
    real, memory = map(state_of, sides)
    for field in VhostState.__dataclass_fields__:
        assert getattr(real, field) == getattr(memory, field), field


def test_counts(sides: tuple[Side, Side]) -> None:
    seen = []
    for side in sides:
        for name in ("classic", "quorum"):
            side.publish(name, 3)

        def counted(side: Side = side) -> bool:
            found = side.reader.queues(side.vhost).by_name
            # A policy, too, is in a listing with statistics only after a while.
            counts = [found[name].ready for name in ("classic", "quorum")]
            return counts == [3, 3] and found["quorum"].policy == "mine"

        depth = side.depths.of(side.vhost, "quorum")
        assert depth == (3, 0)
        assert side.depths.of(side.vhost, "none") is None
        live = side.reader.queues(side.vhost, live=True).by_name["classic"]
        assert (live.ready, live.unacknowledged, live.consumers) == (3, 0, None)
        side.settle(counted)
        sampled = side.reader.queues(side.vhost).by_name
        seen.append({name: comparable(queue) for name, queue in sampled.items()})
    assert seen[0] == seen[1]


def test_keys_of_bindings(sides: tuple[Side, Side]) -> None:
    """RabbitMQ's hash of arguments is its own."""
    real, memory = (
        {
            str(binding): binding.properties_key
            for binding in side.reader.bindings(side.vhost, keys=True).bindings
            if not binding.arguments
        }
        for side in sides
    )
    assert real == memory


def test_deletions(sides: tuple[Side, Side]) -> None:
    answers = []
    for side in sides:
        side.publish("classic", 1)
        delete, vhost = side.management.delete, side.vhost
        refused = delete("queues", vhost, "classic", **{"if-empty": "true", "if-unused": "true"})
        unknown = delete("queues", vhost, "quorum", **{"if-empty": "true"})
        used = delete("exchanges", vhost, "events", **{"if-unused": "true"})
        rest = (
            delete("queues", vhost, "classic"),
            delete("queues", vhost, "none"),
            delete("exchanges", vhost, "other", **{"if-unused": "true"}),
            delete("policies", vhost, "mine"),
        )
        side.reader.forget()
        left = sorted(map(str, side.reader.bindings(vhost).bindings))
        answers.append(([reason is None for reason in (refused, unknown, used)], rest, left))
    assert answers[0] == answers[1]


def test_what_is_not_there(sides: tuple[Side, Side]) -> None:
    seen = []
    for side in sides:
        find, vhost = side.management.find, side.vhost
        seen.append(
            [
                find("vhosts", "none"),
                find("queues", "none"),
                find("queues", vhost, "none"),
                find("exchanges", vhost, "none"),
                find("policies", vhost, "none"),
                find("users", "none"),
                find("parameters", "nonsense", vhost),
                find("vhosts", "none", "permissions"),
                find("vhosts", vhost, "connections"),
                find("consumers", vhost),
            ]
        )
    assert seen[0] == seen[1]


def test_what_the_broker_says_of_itself(sides: tuple[Side, Side]) -> None:
    for side in sides:
        facts, overview = side.reader.facts(), side.reader.overview()
        assert {"direct", "topic"} <= (facts.exchange_types or frozenset())
        assert "rabbitmq_management" in (facts.plugins or frozenset())
        assert isinstance(overview.connections_created, int)
        assert side.reader.cluster_id()
        assert side.vhost in side.reader.vhost_names()
        assert "guest" in side.reader.users()
        (node, *_) = side.reader.nodes()
        assert node.running
        assert node.disk_free > 0
        assert node.memory_free > 0
        assert node.alarms == ()
