"""Asks the broker what there is to migrate, and what it would take."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from ..broker import BrokerReader, Management
from ..expand.settings import Settled
from ..problems import Problem
from ..version import Version
from .actions import Actions
from .choice import Choice, Live, choose, origin_of
from .forwarding import CLUSTER_PAUSE, SWITCH_SECONDS
from .measure import (
    Load,
    default_exchange_rate,
    measure_room,
    needed_disk,
    room_problems,
    unexplained,
)
from .model import Names
from .move import Move, Place
from .plan import Plan, Planned
from .source import Reader, Source, same_broker
from .stage import stage

_SHOVEL: Final = "rabbitmq_shovel"


def survey(
    management: Management,
    settled: Settled,
    version: Version,
    asked: Collection[str] = (),
    *,
    parallel: int,
    source: Source | None = None,
) -> Plan:
    """Raises `BrokerError` if a broker cannot be asked. Changes nothing."""
    with ExitStack() as ending:
        old = ending.enter_context(source.connection.management()) if source else None
        own, other = BrokerReader(management), BrokerReader(old) if old else None
        return _surveyed(Sides(own, source, other), settled, version, asked, parallel)


@dataclass(frozen=True, slots=True)
class Sides:
    """The broker of the stack, and the other one that queues may come from."""

    own: BrokerReader
    source: Source | None = None
    old: BrokerReader | None = None

    def reader(self, move: Move) -> Reader | None:
        return Reader(self.old.management, self.source, move) if self.old and self.source else None


def _surveyed(
    sides: Sides, settled: Settled, version: Version, asked: Collection[str], parallel: int
) -> Plan:
    own, vhost = sides.own, settled.topology.vhost.name
    live = _live(sides, settled)
    choice = choose(settled, live, asked)
    planned = tuple(_planned(sides, live, move, version) for move in choice.moves)
    room = measure_room(own)
    needed = needed_disk(entry.load for entry in planned)
    problems: list[Problem] = []
    if planned:
        problems = [*_without_shovel(own), *room_problems(room, needed)]
    problems += [*_without_vhost(sides, vhost), *_between(sides)]
    problems += _round_trips(sides, choice)
    return Plan(
        vhost=vhost,
        moves=planned,
        room=room,
        parallel=parallel,
        others=choice.others,
        missing=choice.missing,
        problems=(*problems, *_problems(own, live, choice)),
        default_exchange_rate=default_exchange_rate(own, vhost),
    )


def _live(sides: Sides, settled: Settled) -> Live:
    topology, source = settled.topology, sides.source
    vhost = topology.vhost.name
    places = [origin_of(topology, name, source) for name in topology.queues]
    wanted = {("", vhost)} | {(place.broker, place.vhost) for place in places}
    found = {}
    for broker, where in wanted:
        reader = sides.old if broker and sides.old else sides.own
        found[broker, where] = reader.queues(where).by_name
    return Live(found, frozenset(sides.own.exchanges(vhost).by_name), source)


def _without_vhost(sides: Sides, vhost: str) -> Iterator[Problem]:
    """`migrate` makes queues, and what it needs for them for a while; the vhost is Pulumi's."""
    if sides.own.vhost(vhost) is None:
        where = "the new broker" if sides.source else "the broker"
        yield Problem(("vhost",), f"{vhost} does not exist on {where}", "run pulumi up first")


def _between(sides: Sides) -> Iterator[Problem]:
    """What stands between two brokers."""
    if not sides.source or not sides.old:
        return
    if problem := same_broker(sides.own, sides.old, sides.source):
        yield problem
    if sides.old.vhost(sides.source.vhost) is None:
        message = f"its broker has no vhost {sides.source.vhost}"
        yield Problem((f"stack {sides.source.stack}", "vhost"), message)


def _round_trips(sides: Sides, choice: Choice) -> Iterator[Problem]:
    """Between two shovels that forward to each other, messages would go round for ever."""
    if not sides.source or not sides.old:
        return
    found: dict[str, set[str]] = {}
    for move in choice.moves:
        vhost, queue = move.origin.vhost, move.origin.queue
        if vhost not in found:
            found[vhost] = set(sides.old.exchanges(vhost).by_name)
        if Names.of(queue).out in found[vhost]:
            message = (
                f"{move.origin} is being migrated itself, on the broker of {move.origin.broker}"
            )
            hint = "bring that to its end there, or undo it, by migrate on that stack"
            yield Problem(("queues", move.target.queue), message, hint)


def _planned(sides: Sides, live: Live, move: Move, version: Version) -> Planned:
    actions = Actions(sides.own.management, move, version, sides.reader(move))
    seen = actions.look()
    parked = live.find(Place(move.target.vhost, move.names.parking))
    old = live.find(move.origin)
    return Planned(
        move=move,
        load=Load.of(old),
        stage=stage(move, seen),
        begun=seen.leftovers or parked is not None,
        parked=(parked.messages or 0) if parked else 0,
        switch_seconds=SWITCH_SECONDS + (CLUSTER_PAUSE if actions.clustered else 0.0),
    )


def _problems(own: BrokerReader, live: Live, choice: Choice) -> list[Problem]:
    found = list(choice.problems)
    for move in choice.moves:
        if not move.is_forwarded:
            problem = unexplained(own, move, live.find(move.origin))
            found += [problem] if problem else []
    return found


def _without_shovel(own: BrokerReader) -> list[Problem]:
    """The plugin of every node must be enabled: a shovel may run on any. A node that has just
    started does not tell its plugins yet."""
    without = [
        node.name
        for node in own.nodes()
        if node.running and node.plugins is not None and _SHOVEL not in node.plugins
    ]
    if not without:
        return []
    message = f"the plugin {_SHOVEL} is not enabled on {', '.join(without)}"
    hint = "rabbitmq-plugins enable rabbitmq_shovel rabbitmq_shovel_management"
    return [Problem((), message, hint)]
