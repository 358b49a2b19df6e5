"""What there is to draw: services, exchanges and queues, and the ways between them.

Patterns are drawn as what they are for, not as the exchanges and queues that they take: a retry
ladder is one way from its queue to the dead-letter queue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from ..expand import Expanded
from ..expand.naming import dead_letter_name
from ..model import Binding, Queue, Service
from ..rules.analysis.effective_queue import EffectiveQueue, effective_queues
from ..rules.analysis.routing import alternate_exchanges
from .health import Health

_LABELS_SHOWN = 3


class NodeKind(StrEnum):
    SERVICE = "service"
    EXCHANGE = "exchange"
    QUEUE = "queue"
    STREAM = "stream"
    DEAD_LETTERS = "dead-letters"


class EdgeKind(StrEnum):
    PUBLISHES = "publishes"
    BINDING = "binding"
    CONSUMES = "consumes"
    DEAD_LETTER = "dead-letter"
    ALTERNATE = "alternate"


@dataclass(frozen=True, slots=True)
class Node:
    id: str
    kind: NodeKind
    name: str
    detail: str = ""
    """What kind of exchange or queue it is, in a few words."""
    health: Health | None = None
    """How it is on the broker, if that was asked."""


@dataclass(frozen=True, slots=True)
class Edge:
    source: str
    target: str
    kind: EdgeKind
    label: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


@dataclass(slots=True)
class _Drawing:
    nodes: dict[str, Node] = field(default_factory=dict)
    labels: dict[tuple[str, str, EdgeKind], list[str]] = field(default_factory=dict)

    def node(self, kind: NodeKind, section: str, name: str, detail: str = "") -> str:
        node_id = f"{section}:{name}"
        self.nodes.setdefault(node_id, Node(node_id, kind, name, detail))
        return node_id

    def edge(self, source: str, target: str, kind: EdgeKind, label: str = "") -> None:
        labels = self.labels.setdefault((source, target, kind), [])
        if label:
            labels.append(label)

    def exchange(self, name: str) -> str:
        """An exchange that something refers to; the ones that RabbitMQ makes are drawn too."""
        return self.node(NodeKind.EXCHANGE, "exchange", name, "built in")

    def edges(self) -> Iterator[Edge]:
        for (source, target, kind), labels in self.labels.items():
            yield Edge(source, target, kind, _shortened(labels))


def build_graph(expanded: Expanded, health: Mapping[str, Health] | None = None) -> Graph:
    """The picture of a topology, with patterns and services still as they are written.

    What a policy sets for a queue or an exchange is drawn like its own settings. `health` is what a
    live broker tells of its queues, by name.
    """
    drawing, topology = _Drawing(), expanded.inherited
    effective = effective_queues(expanded, ())
    targets = {queue.dead_letter.queue for queue in topology.queues.values() if queue.dead_letter}
    for name, exchange in topology.exchanges.items():
        drawing.node(NodeKind.EXCHANGE, "exchange", name, exchange.type)
    for name, queue in topology.queues.items():
        kind = NodeKind.DEAD_LETTERS if name in targets else _kind(queue)
        drawing.node(kind, "queue", name, _detail(queue, effective[name]))
    alternates = alternate_exchanges(expanded.settled)
    for name in topology.exchanges:
        if alternate := alternates.get(name):
            target = drawing.exchange(alternate)
            drawing.edge(f"exchange:{name}", target, EdgeKind.ALTERNATE, "unroutable")
    for name, queue in topology.queues.items():
        if queue.dead_letter is not None or queue.retry is not None:
            _pattern(drawing, name, queue)
        else:
            _dead_letters(drawing, effective[name])
    for binding in topology.bindings:
        target = f"{binding.destination_type}:{binding.destination}"
        source = drawing.exchange(binding.source)
        drawing.edge(source, target, EdgeKind.BINDING, _binding_label(binding))
    for name, service in topology.services.items():
        _service(drawing, name, service)
    nodes = (replace(node, health=_health(node, health)) for node in drawing.nodes.values())
    known = set(drawing.nodes)
    edges = (e for e in drawing.edges() if e.source in known and e.target in known)
    return Graph(topology.vhost.name, tuple(nodes), tuple(edges))


def _dead_letters(drawing: _Drawing, queue: EffectiveQueue) -> None:
    exchange = queue.text("dead_letter_exchange")
    if exchange is None:
        return
    by_name = f"queue:{queue.text('dead_letter_routing_key')}"
    target = drawing.exchange(exchange) if exchange else by_name
    drawing.edge(f"queue:{queue.name}", target, EdgeKind.DEAD_LETTER, "dead letters")


def _pattern(drawing: _Drawing, name: str, queue: Queue) -> None:
    named = queue.dead_letter.queue if queue.dead_letter else None
    kept = named or dead_letter_name(name)
    target = drawing.node(NodeKind.DEAD_LETTERS, "queue", kept, queue.type or "")
    label = "rejected"
    if queue.retry is not None:
        label = f"after {len(queue.retry.delays)} retries"
    drawing.edge(f"queue:{name}", target, EdgeKind.DEAD_LETTER, label)


def _service(drawing: _Drawing, name: str, service: Service) -> None:
    node = drawing.node(NodeKind.SERVICE, "service", name)
    for exchange, patterns in service.publishes.items():
        if exchange:
            target = drawing.exchange(exchange)
            drawing.edge(node, target, EdgeKind.PUBLISHES, _shortened(patterns))
    for queue in service.consumes:
        drawing.edge(f"queue:{queue}", node, EdgeKind.CONSUMES)


def _kind(queue: Queue) -> NodeKind:
    return NodeKind.STREAM if queue.type == "stream" else NodeKind.QUEUE


def _detail(queue: Queue, effective: EffectiveQueue) -> str:
    words: list[str] = [effective.type]
    if queue.retry is not None:
        words.append("↻ " + " ".join(_duration(delay) for delay in queue.retry.delays))
    if (ttl := effective.number("message_ttl")) is not None:
        words.append(f"TTL {_duration(ttl)}")
    if (length := effective.number("max_length")) is not None:
        words.append(f"max {length:,}")
    if (priority := effective.number("max_priority")) is not None:
        words.append(f"priority {priority}")
    if effective.get("single_active_consumer") is True:
        words.append("single active consumer")
    return " · ".join(words)


def _duration(milliseconds: int) -> str:
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)):
        if milliseconds >= size and milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms"


def _binding_label(binding: Binding) -> str:
    matched = [f"{key}={value}" for key, value in binding.arguments.items()]
    return " ".join([binding.routing_key, *matched]).strip()


def _shortened(labels: list[str]) -> str:
    shown = ", ".join(labels[:_LABELS_SHOWN])
    more = len(labels) - _LABELS_SHOWN
    return f"{shown} +{more} more" if more > 0 else shown


def _health(node: Node, health: Mapping[str, Health] | None) -> Health | None:
    if health is None or not node.id.startswith("queue:"):
        return None
    return health.get(node.name, Health(missing=True))
