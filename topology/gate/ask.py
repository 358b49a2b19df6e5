"""Asks the broker what a plan would cost, by the same guards that stand in the engine's way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Final, TypeAlias

from topology.broker import BrokerError, probe
from topology.broker.connection import Connection
from topology.broker.live_policy import LivePolicies
from topology.gate.answers import Answers
from topology.gate.live_queue import LiveQueue
from topology.gate.plan import Action, Plan, Step, Target
from topology.gate.policy_effects import PolicyWorld
from topology.guard import GuardedBroker, Guarding, Refusal
from topology.guard.exchange import guard_exchange
from topology.guard.occupancy import Occupancy
from topology.guard.queue import guard_queue
from topology.guard.refusal import refused
from topology.guard.vhost import DEFAULT_VHOST, guard_vhost
from topology.kind import Kind
from topology.model import Topology
from topology.version import Version

_QUEUE_COLUMNS: Final = "name,type,arguments,messages_ready,messages_unacknowledged,consumers"
_POLICIES: Final = (Kind.POLICY, Kind.OPERATOR_POLICY)
_SHOWN: Final = 5
_AT_A_TIME: Final = 8
"""Guards wait for the broker most of the time."""

_Route: TypeAlias = tuple[str, ...]
"""Vhost, source, kind and name of the destination, routing key."""


def ask(plan: Plan, topology: Topology, connection: Connection) -> Answers:
    """Never raises for the broker: that it could not be asked is an answer, too.

    `topology` is settled; what it consents to and releases counts.
    """
    broker = GuardedBroker(connection)
    try:
        with broker.management:
            return _asked(plan, topology, broker)
    except BrokerError as error:
        return Answers(unasked="; ".join(problem.message for problem in error.problems))


def _asked(plan: Plan, topology: Topology, broker: GuardedBroker) -> Answers:
    guarding = Guarding(broker=broker, topology=topology, preview=True)
    version = probe(broker.management).version
    kept = frozenset(step.target for step in plan.steps if _stays(guarding, step))
    wanted = _wanted_queues(plan)
    about_policies = {step.target.vhost for step in plan.of(*_POLICIES)}
    vhosts = about_policies | {target.vhost for target in wanted}
    queues = {vhost: _queues(broker, vhost) for vhost in vhosts}
    return Answers(
        occupancies=_occupancies(broker, wanted, queues),
        refusals=_refusals(guarding, [step for step in plan.steps if step.target not in kept]),
        kept=kept,
        worlds={vhost: _world(broker, vhost, queues[vhost], version) for vhost in about_policies},
    )


def _queues(broker: GuardedBroker, vhost: str) -> dict[str, LiveQueue]:
    found = broker.management.find("queues", vhost, columns=_QUEUE_COLUMNS) or []
    return {entry["name"]: LiveQueue.on_broker(entry) for entry in found}


def _wanted_queues(plan: Plan) -> set[Target]:
    wanted = {step.target for step in plan.steps}
    # A plan that failed lacks the very steps that were refused.
    wanted |= {failure.target for failure in plan.failures if failure.target}
    return {target for target in wanted if target.kind is Kind.QUEUE}


def _occupancies(
    broker: GuardedBroker,
    wanted: Iterable[Target],
    queues: Mapping[str, Mapping[str, LiveQueue]],
) -> dict[Target, Occupancy]:
    found = [target for target in wanted if target.name in queues[target.vhost]]

    def now(target: Target) -> Occupancy:
        sampled = queues[target.vhost][target.name].occupancy
        try:
            fresh = broker.ready_now(target.vhost, target.name)
        except BrokerError:
            return sampled  # The guards say so, where it matters.
        if fresh is None or sampled.stream:
            return sampled
        return replace(sampled, ready=fresh.ready, consumers=fresh.consumers)

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return dict(zip(found, pool.map(now, found), strict=True))


def _world(
    broker: GuardedBroker, vhost: str, queues: Mapping[str, LiveQueue], version: Version
) -> PolicyWorld:
    def policies(path: str) -> LivePolicies:
        return LivePolicies.from_api(broker.management.find(path, vhost) or [], version)

    return PolicyWorld(queues, policies("policies"), policies("operator-policies"))


def _stays(guarding: Guarding, step: Step) -> bool:
    if step.action is not Action.DELETED:
        return False
    target = step.target
    match target.kind:
        case Kind.VHOST:
            return guarding.topology.release.vhost or target.name == DEFAULT_VHOST
        case Kind.QUEUE:
            return guarding.releases_queue(target.name)
        case Kind.EXCHANGE:
            return guarding.releases_exchange(target.name)
        case Kind.POLICY:
            return _policy_stays(guarding, target)
        case Kind.BINDING:
            to_queue = step.before.get("destinationType") == "queue"
            stays = guarding.releases_queue if to_queue else guarding.releases_exchange
            source, destination = step.before.get("source"), step.before.get("destination")
            return guarding.releases_exchange(str(source)) or stays(str(destination))
        case _:
            return False


def _policy_stays(guarding: Guarding, target: Target) -> bool:
    """A policy stays with what it applies to."""
    release, broker = guarding.topology.release, guarding.broker
    if release.vhost:
        return True
    if not release.queues and not release.exchanges:
        return False
    queues = broker.names_under(target.vhost, target.name, "queues")
    exchanges = broker.names_under(target.vhost, target.name, "exchanges")
    return any(map(guarding.releases_queue, queues)) or any(
        map(guarding.releases_exchange, exchanges)
    )


def _refusals(guarding: Guarding, steps: Iterable[Step]) -> dict[Target, str]:
    judged = [step for step in steps if step.action.destroys]
    routes = {_planned_route(step) for step in judged if step.target.kind is Kind.BINDING}
    going = {(step.target.vhost, step.target.kind, step.target.name) for step in judged}

    def refusal(step: Step) -> tuple[Target, str]:
        try:
            _judge(guarding, step.target, routes, going)
        except Refusal as reason:
            return step.target, str(reason)
        return step.target, ""

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return {target: text for target, text in pool.map(refusal, judged) if text}


def _judge(
    guarding: Guarding, target: Target, routes: set[_Route], going: set[tuple[str, Kind, str]]
) -> None:
    match target.kind:
        case Kind.QUEUE:
            guard_queue(guarding, target.vhost, target.name)
        case Kind.EXCHANGE:
            guard_exchange(guarding, target.vhost, target.name)
            _refuse_if_others_bound(guarding, target, routes)
        case Kind.VHOST:
            guard_vhost(guarding, target.name, lambda one: (target.name, *one) in going)
        case _:
            pass


def _refuse_if_others_bound(guarding: Guarding, target: Target, routes: set[_Route]) -> None:
    """As the guard does when it deletes: in a preview, the plan's own bindings are still there."""
    if target.name in guarding.topology.allow_deletion.exchanges:
        return
    for side, end in (("source", "destination"), ("destination", "source")):
        path = ("exchanges", target.vhost, target.name, "bindings", side)
        found = guarding.broker.management.find(*path) or []
        others = sorted({entry[end] for entry in found if _live_route(entry) not in routes})
        if others:
            reason = f"has bindings that others made: {', '.join(others[:_SHOWN])}"
            raise refused("exchange", target.name, reason, "remove these bindings")


def _planned_route(step: Step) -> _Route:
    keys = ("source", "destinationType", "destination", "routingKey")
    return (step.target.vhost, *(str(step.before.get(key) or "") for key in keys))


def _live_route(binding: Mapping[str, Any]) -> _Route:
    keys = ("vhost", "source", "destination_type", "destination", "routing_key")
    return tuple(str(binding[key]) for key in keys)
