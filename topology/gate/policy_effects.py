"""What the policies of a plan do to the queues and exchanges that are on the broker now."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ..broker.live_policy import LivePolicy
from ..kind import Kind
from ..model import Topology
from ..policies import (
    PolicyChange,
    PolicyEffect,
    PolicySet,
    PolicyState,
    declared_change,
    evaluate,
    refusal,
    refused,
)
from ..policies.change import Named
from ..policies.live_object import Section
from .plan import Action, Properties, Step, Target

_NUMBER: Final = re.compile(r"-?\d+")


@dataclass(frozen=True, slots=True)
class PolicyEffects:
    """Of a plan, in one vhost."""

    refusals: Mapping[Target, str] = field(default_factory=dict)
    """Policies that must not be changed so, with the reason."""
    consented: tuple[PolicyEffect, ...] = ()
    """What happens by consent."""


def policy_effects(
    vhost: str, live: PolicyState, steps: Iterable[Step], topology: Topology
) -> PolicyEffects:
    """`steps` are those of the plan in this vhost, without what is retained; `topology` is
    settled, and says what is consented to."""
    change = planned_change(steps, topology, own=vhost == topology.vhost.name)
    found = list(evaluate(live, change))
    rejected = refused(found, topology)
    by_policy: defaultdict[Target, list[PolicyEffect]] = defaultdict(list)
    for effect in rejected:
        kind = Kind.OPERATOR_POLICY if effect.operator else Kind.POLICY
        by_policy[Target(kind, vhost, effect.policy)].append(effect)
    texts = {target: refusal(effects, live, change) for target, effects in by_policy.items()}
    return PolicyEffects(texts, tuple(effect for effect in found if effect not in rejected))


def planned_change(steps: Iterable[Step], topology: Topology, *, own: bool) -> PolicyChange:
    """The steps of one vhost; `own` is whether the topology is about that vhost."""
    listed = list(steps)
    declared = declared_change(topology) if own else PolicyChange()
    sections: Mapping[Kind, Section] = {Kind.QUEUE: "queues", Kind.EXCHANGE: "exchanges"}
    going: frozenset[Named] = frozenset(
        (sections[step.target.kind], step.target.name)
        for step in listed
        if step.target.kind in sections and step.action.destroys
    )
    return replace(
        declared,
        policies=_side(listed, Kind.POLICY, declared.policies),
        operator_policies=_side(listed, Kind.OPERATOR_POLICY, declared.operator_policies),
        going=going,
    )


def _side(steps: Iterable[Step], kind: Kind, declared: PolicySet) -> PolicySet:
    own = [step for step in steps if step.target.kind is kind]
    removed = {step.target.name for step in own if step.action is Action.DELETED}
    put = {
        step.target.name: _planned(step.target.name, step.after)
        for step in own
        if step.after and step.action is not Action.DELETED
    }
    return PolicySet(put, frozenset(removed), frozenset(declared.put))


def _planned(name: str, properties: Properties) -> LivePolicy:
    """From Pulumi's properties, which have every value of a definition as text."""
    policy = properties.get("policy") or {}
    definition = policy.get("definition") or {}
    return LivePolicy(
        name,
        str(policy.get("pattern", "")),
        str(policy.get("applyTo", "all")),
        int(policy.get("priority") or 0),
        {key: _typed(value) for key, value in definition.items() if not key.startswith("__")},
    )


def _typed(value: Any) -> Any:
    return int(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value
