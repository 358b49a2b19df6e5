"""What a change of policies does to messages that are in queues now.

A policy takes effect at once. A shorter TTL expires what is older, a shorter queue drops its oldest
messages, and no guard stands in the way: the queue itself stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from topology.broker.live_policy import LivePolicies, LivePolicy
from topology.gate.live_queue import LiveQueue, Settings, seconds
from topology.gate.plan import Action, Properties, Step
from topology.guard.occupancy import Occupancy
from topology.kind import Kind

_DROPS: Final = "drop-head"
_AT_LEAST_ONCE: Final = "at-least-once"
_NUMBER: Final = re.compile(r"-?\d+")


@dataclass(frozen=True, slots=True)
class PolicyWorld:
    """A vhost, as far as policies are about it."""

    queues: Mapping[str, LiveQueue]
    policies: LivePolicies
    operator_policies: LivePolicies


@dataclass(frozen=True, slots=True)
class PolicyEffect:
    """A queue whose messages a change of policies can cost."""

    queue: str
    vhost: str
    effect: str
    occupancy: Occupancy


def policy_effects(vhost: str, world: PolicyWorld, steps: list[Step]) -> Iterator[PolicyEffect]:
    """`steps` are all of the plan in this vhost, without the policies that are retained."""
    gone = {
        step.target.name
        for step in steps
        if step.target.kind is Kind.QUEUE and step.action.destroys
    }
    policies = _after(world.policies, steps, Kind.POLICY)
    operators = _after(world.operator_policies, steps, Kind.OPERATOR_POLICY)
    if policies is world.policies and operators is world.operator_policies:
        return
    for queue in world.queues.values():
        if queue.name in gone:
            continue
        name, kind = queue.name, queue.type
        before = queue.settings(
            world.policies.definition(name, kind), world.operator_policies.definition(name, kind)
        )
        after = queue.settings(policies.definition(name, kind), operators.definition(name, kind))
        if before != after:
            for effect in _effects(queue, before, after):
                yield PolicyEffect(queue.name, vhost, effect, queue.occupancy)


def _after(policies: LivePolicies, steps: list[Step], kind: Kind) -> LivePolicies:
    removed, changed = [], []
    for step in steps:
        if step.target.kind is kind and step.action is Action.DELETED:
            removed.append(step.target.name)
        elif step.target.kind is kind and step.after:
            changed.append(_planned(step.target.name, step.after))
    return policies.with_changes(changed, removed) if removed or changed else policies


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


def _effects(queue: LiveQueue, before: Settings, after: Settings) -> Iterator[str]:
    """One line each. They name no queue, so that queues with the same effect are told as one."""
    fate = "are dead-lettered" if "dead-letter-exchange" in after else "are dropped"
    if told := _tightened("message-ttl", before, after):
        yield f"{told}: messages that are older {fate} at once"
    if after.get("overflow", _DROPS) == _DROPS:
        yield from _overflowing(queue, before, after, fate)
    if told := _tightened("max-age", before, after, seconds):
        yield f"{told}: segments that are older are dropped"
    if told := _tightened("expires", before, after):
        yield f"{told}: RabbitMQ deletes the queue with its messages after so many ms without use"
    if "dead-letter-exchange" in before and "dead-letter-exchange" not in after:
        yield "dead-lettering ends: what is rejected or expires is dropped"
    elif before.get("dead-letter-strategy") == _AT_LEAST_ONCE != after.get("dead-letter-strategy"):
        yield f"dead-letter-strategy is no longer {_AT_LEAST_ONCE}: dead letters can be lost"


def _overflowing(queue: LiveQueue, before: Settings, after: Settings, fate: str) -> Iterator[str]:
    if told := _tightened("max-length", before, after):
        more = queue.occupancy.ready - after["max-length"]
        which = f"{more} of its messages" if more > 0 else "the oldest beyond it"
        yield f"{told}: {which} {fate}"
    if told := _tightened("max-length-bytes", before, after):
        stream = queue.type == "stream"
        yield f"{told}: {'old segments are dropped' if stream else f'the oldest beyond it {fate}'}"
    limited = "max-length" in after or "max-length-bytes" in after
    if limited and before.get("overflow", _DROPS) != _DROPS:
        yield f"overflow becomes {_DROPS}: a full queue no longer refuses, its oldest {fate}"


def _tightened(
    key: str, before: Settings, after: Settings, size: Callable[[Any], int] = int
) -> str:
    old, new = before.get(key), after.get(key)
    if new is None or (old is not None and size(old) <= size(new)):
        return ""
    return f"{key} is set to {new}" if old is None else f"{key} goes from {old} to {new}"
