"""Asks the broker what a plan would cost, by the same guards that stand in the engine's way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from ..broker import BrokerError
from ..broker.connection import Connection
from ..guard import GuardedBroker, Guarding
from ..guard.judgement import refusals
from ..guard.leaving import Leaving, Registered
from ..guard.occupancy import Occupancy
from ..guard.policy import retained_with
from ..kind import Kind
from ..model import Topology
from ..policies import PolicyState
from .answers import Answers
from .plan import Action, Plan, Step, Target
from .policy_effects import policy_effects

_POLICIES: Final = (Kind.POLICY, Kind.OPERATOR_POLICY)
_SHOWN: Final = 5
_AT_A_TIME: Final = 8
"""Guards wait for the broker most of the time."""


def ask(plan: Plan, topology: Topology, connection: Connection) -> Answers:
    """Never raises for the broker: that it could not be asked is an answer, too.

    `topology` is settled; what it consents to and retains counts.
    """
    broker = GuardedBroker(connection)
    try:
        with broker.management:
            return _asked(plan, topology, broker)
    except BrokerError as error:
        return Answers(unasked="; ".join(problem.message for problem in error.problems))


def _asked(plan: Plan, topology: Topology, broker: GuardedBroker) -> Answers:
    guarding = Guarding(broker=broker, topology=topology, preview=True)
    broker.reader.facts()  # A broker that is too old is refused.
    kept = frozenset(step.target for step in plan.steps if _stays(guarding, step))
    wanted = _wanted_queues(plan)
    queues = {vhost: _queues(broker, vhost) for vhost in {target.vhost for target in wanted}}
    steps = [step for step in plan.steps if step.target not in kept]
    about_policies = {step.target.vhost for step in plan.of(*_POLICIES)}
    return Answers(
        occupancies=_occupancies(broker, wanted, queues),
        refusals=_refusals(guarding, steps),
        kept=kept,
        policies={
            vhost: policy_effects(
                vhost,
                PolicyState.read(broker.reader, vhost),
                [step for step in steps if step.target.vhost == vhost],
                topology,
            )
            for vhost in about_policies
        },
    )


def _queues(broker: GuardedBroker, vhost: str) -> dict[str, Occupancy]:
    return {name: Occupancy.of(q) for name, q in broker.reader.queues(vhost).by_name.items()}


def _wanted_queues(plan: Plan) -> set[Target]:
    wanted = {step.target for step in plan.steps}
    # A plan that failed lacks the very steps that were refused.
    wanted |= {failure.target for failure in plan.failures if failure.target}
    return {target for target in wanted if target.kind is Kind.QUEUE}


def _occupancies(
    broker: GuardedBroker,
    wanted: Iterable[Target],
    queues: Mapping[str, Mapping[str, Occupancy]],
) -> dict[Target, Occupancy]:
    found = [target for target in wanted if target.name in queues[target.vhost]]

    def now(target: Target) -> Occupancy:
        sampled = queues[target.vhost][target.name]
        try:
            fresh = broker.occupancy(target.vhost, target.name, wait=False, listed=True)
        except BrokerError:
            return sampled  # The guards say so, where it matters.
        return fresh or sampled

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return dict(zip(found, pool.map(now, found), strict=True))


def _stays(guarding: Guarding, step: Step) -> bool:
    """What the engine leaves on the broker because the config says so. In states of an earlier
    version everything says so."""
    target, retention, before = step.target, guarding.retention, step.before
    if step.action is not Action.DELETED or not step.retained:
        return False
    match target.kind:
        case Kind.VHOST:
            return retention.vhost(target.name)
        case Kind.QUEUE | Kind.EXCHANGE:
            return retention.end(target.kind, target.name)
        case Kind.POLICY:
            return retained_with(guarding, target.vhost, target.name) is not None
        case Kind.BINDING:
            keys = ("source", "destinationType", "destination")
            return retention.binding(*(str(before.get(key)) for key in keys))
        case _:
            return False


def _refusals(guarding: Guarding, steps: Iterable[Step]) -> dict[Target, str]:
    leaving = [
        Leaving(step.target.kind, step.before, Registered.NOT)
        for step in steps
        if step.action.destroys
    ]
    return {
        Target(one.kind, "" if one.kind is Kind.VHOST else one.vhost, one.name): str(refusal)
        for one, refusal in refusals(guarding, leaving)
    }
