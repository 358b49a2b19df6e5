"""Which queues have to be migrated: the declaration against the broker."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..broker import BrokerReader, Management
from ..broker.live_policy import LivePolicy
from ..broker.state import LiveQueue
from ..expand.settings import Settled, generated_policy_name
from ..model import MigrateFrom, Policy, Topology
from ..ownership.difference import queue_difference
from ..problems import Problem, did_you_mean
from .model import Names, Route
from .move import Move, Place, Way
from .source import Source


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be done, and what stands in the way."""

    moves: tuple[Move, ...]
    others: tuple[str, ...] = ()
    """Queues that differ in what is fixed, and that nobody wants migrated."""
    missing: tuple[str, ...] = ()
    """Queues of which there is neither the old one nor the new one, and how that comes about."""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Live:
    """Queues by name, in the stack's vhost and in those that queues come from."""

    queues: Mapping[tuple[str, str], Mapping[str, LiveQueue]]
    """By broker and vhost."""
    exchanges: frozenset[str] = frozenset()
    """In the stack's vhost."""
    source: Source | None = None
    """The other broker, if the queues come from there."""

    def find(self, place: Place) -> LiveQueue | None:
        return self.queues.get((place.broker, place.vhost), {}).get(place.queue)


def origin_of(topology: Topology, name: str, source: Source | None = None) -> Place:
    """Where the messages of a declared queue are now."""
    migrate = topology.queues[name].migrate
    vhost, broker = (source.vhost, source.stack) if source else (topology.vhost.name, "")
    if isinstance(migrate, MigrateFrom):
        return Place(migrate.vhost or vhost, migrate.from_, broker)
    return Place(vhost, name, broker)


def choose(settled: Settled, live: Live, asked: Collection[str] = ()) -> Choice:
    """All that may be migrated and has to be; with `asked`, only those, whatever they say."""
    topology = settled.topology
    problems = [
        Problem(("queues", name), "is not declared", did_you_mean(name, topology.queues))
        for name in asked
        if name not in topology.queues
    ]
    moves: list[Move] = []
    others: list[str] = []
    missing: list[str] = []
    for name in topology.queues:
        if asked and name not in asked:
            continue
        move = _move(settled, live, name)
        if move is None:
            missing += _missing(topology, live, name)
            continue
        wanted = name in asked or _wanted(topology, name, live.source) or _begun(live, move)
        if not wanted:
            others.append(name)
            continue
        moves.append(move)
        if move.differences or _parked(live, move):  # Otherwise there is only to tidy up.
            problems += _obstacles(topology, live, move)
    problems += _shared(moves)
    return Choice(tuple(moves), tuple(others), tuple(missing), tuple(problems))


def _missing(topology: Topology, live: Live, name: str) -> Iterator[str]:
    origin, target = origin_of(topology, name, live.source), Place(topology.vhost.name, name)
    named = isinstance(topology.queues[name].migrate, MigrateFrom)
    if named and live.find(target) is None:
        where = f"{origin.queue} does not exist in vhost {origin.vhost}"
        where += f" on the broker of stack {origin.broker}" if origin.broker else ""
        yield f"queue {name}: {where}, and {name} does not exist either; pulumi up declares it"


def _shared(moves: Iterable[Move]) -> Iterator[Problem]:
    """Two shovels would share the messages of one queue between them."""
    taken: dict[Place, str] = {}
    for move in moves:
        name = move.target.queue
        if move.origin in taken:
            message = f"the messages of {move.origin} go to {taken[move.origin]} already"
            hint = "say migrate: false for one of them, and bind both"
            yield Problem(("queues", name, "migrate"), message, hint)
        taken.setdefault(move.origin, name)


def _wanted(topology: Topology, name: str, source: Source | None) -> bool:
    """Whoever names another broker wants all that it has, but for what says otherwise."""
    own = topology.queues[name].migrate
    return (topology.migrate or source is not None) if own is None else bool(own)


def _begun(live: Live, move: Move) -> bool:
    """A migration that was broken off is always brought to its end."""
    return _parked(live, move) or move.names.out in live.exchanges


def _parked(live: Live, move: Move) -> bool:
    return live.find(Place(move.target.vhost, move.names.parking)) is not None


def _move(settled: Settled, live: Live, name: str) -> Move | None:
    topology = settled.topology
    queue = topology.queues[name]
    target, names = Place(topology.vhost.name, name), Names.of(name)
    found = live.find(target)
    origin = origin_of(topology, name, live.source)
    old = live.find(origin)
    if origin == target:
        parked = live.find(Place(target.vhost, names.parking))
        differences = queue_difference(queue, found) if found else []
        if not differences and parked is None and names.out not in live.exchanges:
            return None
    elif old is not None:
        where = f"vhost {origin.vhost}"
        where += f" on the broker of stack {origin.broker}" if origin.broker else ""
        differences = [
            f"is {origin.queue} in {where}",
            *queue_difference(queue, old),
        ]
    elif names.out in live.exchanges:
        differences = []  # The old queue is gone, and something of its migration is left.
    else:
        return None
    return Move(
        origin,
        target,
        queue,
        tuple(differences),
        tuple(_routes(topology, name)),
        _policies(settled, name),
        _settings(settled, name),
    )


def _routes(topology: Topology, name: str) -> Iterator[Route]:
    for binding in topology.bindings:
        if binding.destination_type == "queue" and binding.destination == name:
            yield Route.declared(binding)


def _policies(settled: Settled, name: str) -> dict[str, Policy]:
    """The one that applies to the queue. Others are Pulumi's to change, at their time."""
    applied = settled.applied.get(("queues", name))
    own = generated_policy_name("queues", name)
    policies = settled.topology.policies
    return {found: policies[found] for found in (applied,) if found is not None and found == own}


def _settings(settled: Settled, name: str) -> dict[str, Any]:
    applied = settled.applied.get(("queues", name))
    return dict(settled.topology.policies[applied].definition.values()) if applied else {}


def _obstacles(topology: Topology, live: Live, move: Move) -> Iterator[Problem]:
    path = ("queues", move.target.queue)
    old = live.find(move.origin) or LiveQueue(move.origin.queue)
    new = live.find(move.target)
    protected = topology.protect if move.declared.protect is None else move.declared.protect
    if protected and move.way is not Way.CROSS:
        hint = "declare it with protect: false, and run pulumi up --target on it first"
        yield Problem((*path, "protect"), "a protected queue is not replaced", hint)
    if "stream" in (move.declared.type, old.type):
        hint = "declare the stream under another name, and let its readers change over"
        if move.way is Way.CROSS:
            hint = "say migrate: false for it, and let its publishers and readers change over"
        message = "streams are not migrated: their offsets would mean other messages"
        yield Problem(path, message, hint)
    if old.exclusive:
        yield Problem(path, "an exclusive queue belongs to one connection", "let its client end")
    if old.auto_delete:
        hint = "let its consumers go: RabbitMQ deletes it, and pulumi up declares the new one"
        yield Problem(path, "a queue that deletes itself could be gone with its messages", hint)
    if move.origin != move.target and new and (differing := queue_difference(move.declared, new)):
        message = f"exists beside {move.origin}, and is not as declared: {'; '.join(differing)}"
        yield Problem(path, message, "migrate the one, then the other")
    limits = move.limits
    if limits:
        there = [old] if move.origin == move.target or new is None else [old, new]
        yield from _beyond(path, limits, there)


def _beyond(
    path: tuple[str, str], limits: Mapping[str, int], held_by: Collection[LiveQueue]
) -> Iterator[Problem]:
    all_held = {
        "max-length": sum(queue.messages or 0 for queue in held_by),
        "max-length-bytes": sum(queue.bytes or 0 for queue in held_by),
    }
    for key, limit in limits.items():
        held = all_held[key]
        if held > limit:
            field = key.replace("-", "_")
            message = f"{held} are there already, and {limit} are declared: "
            hint = f"raise {field}, or let consumers work first"
            yield Problem((*path, field), message + "the rest would be dropped", hint)


_MIRRORING: Final = "ha-"


def retired(policies: Iterable[LivePolicy], queues: Iterable[LiveQueue]) -> list[str]:
    """Policies that do nothing but mirror, and no longer apply to any queue."""
    in_force = {queue.policy for queue in queues}
    return sorted(
        policy.name
        for policy in policies
        if policy.name not in in_force
        and policy.definition
        and all(key.startswith(_MIRRORING) for key in policy.definition)
    )


def retire(management: Management, vhost: str, declared: Collection[str]) -> list[str]:
    """Deletes them, but for what is declared; returns their names. Raises `BrokerError`."""
    reader = BrokerReader(management)
    # Statistics may be away; what applies to a queue is listed without them.
    queues = reader.declared_queues(vhost).queues
    names = retired(reader.policies_by_name(vhost).values(), queues)
    gone = [name for name in names if name not in declared]
    for name in gone:
        management.delete("policies", vhost, name)
    return gone
