"""What a user reads when a change of policies is refused: what would happen, and what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from pydantic import ValidationError

from ..broker.live_policy import LivePolicy
from ..model import OperatorPolicy, Policy, Topology
from ..model.policy_definition import known_policy_keys
from ..problems import render_path
from .change import PolicyChange
from .effect import PolicyEffect, Rule
from .live_object import LiveObject, by_key
from .state import PolicyState

CODE: Final = "[policy-refused]"
"""At the beginning of every refusal. By it, and by nothing else of the text, programs know one."""

_SHOWN: Final = 5
"""Objects that a refusal names; of more, only the number is given."""

_PLAIN: Final = re.compile(
    r"(?!(?:true|false|null|yes|no|on|off|y|n)$)[A-Za-z][\w.-]*(?<!\.)", re.IGNORECASE
)
"""Text that YAML reads as text without quotes, whatever stands around it."""


def refused(effects: Iterable[PolicyEffect], topology: Topology) -> list[PolicyEffect]:
    """Those to which the config does not consent by name."""
    dropping = topology.allow_message_loss
    unapplied = topology.allow_policy_loss
    queues = {*dropping.queues, *topology.allow_deletion.queues}

    def allowed(effect: PolicyEffect) -> bool:
        if effect.rule is Rule.MESSAGES_DROPPED:
            return effect.object.name in queues or topology.allow_deletion.vhost
        names = unapplied.operator_policies if effect.operator else unapplied.policies
        return effect.lost in names

    return [effect for effect in effects if not allowed(effect)]


def refusal(effects: Sequence[PolicyEffect], vhost: PolicyState, change: PolicyChange) -> str:
    """The text for effects that are refused, all at once; `effects` is not empty."""
    groups = [list(group) for _, group in groupby(sorted(effects, key=_group), _group)]
    plural = "s are" if len(groups) > 1 else " is"
    lines = [f"{CODE} {len(groups)} change{plural} refused, and no policy is changed:"]
    for group in groups:
        lines += _told(group, vhost, change)
    return "\n".join(lines)


def _group(effect: PolicyEffect) -> tuple[str, ...]:
    # A generated policy is for one object: the same effect of several is one entry all the same.
    return effect.rule, effect.lost, str(effect.operator), effect.effect, effect.policy


def _told(group: Sequence[PolicyEffect], vhost: PolicyState, change: PolicyChange) -> Iterator[str]:
    first, objects = group[0], _objects(group)
    if first.rule is Rule.MESSAGES_DROPPED:
        what = f"{first.effect}, in {objects}"
    elif _owned(first, change):
        what = f"{_noun(first)} {first.lost} would no longer apply to {objects}: {first.effect}"
    else:
        what = (
            f"on {objects}, it would take the place of live {_noun(first)} {first.lost}, "
            f"which this stack does not declare: {first.effect}"
        )
    yield f"  - {_place(first, change)}: {what} [{first.rule}]"
    yield "    Options:"
    for way in _ways(group, vhost, change):
        yield f"    - {way}"


def _owned(effect: PolicyEffect, change: PolicyChange) -> bool:
    side = change.operator_policies if effect.operator else change.policies
    return side.owns(effect.lost)


def _noun(effect: PolicyEffect) -> str:
    return "operator policy" if effect.operator else "policy"


def _place(effect: PolicyEffect, change: PolicyChange) -> str:
    """The config path of what does it."""
    if not effect.operator and effect.policy in change.generated:
        path: tuple[str, ...] = change.generated[effect.policy]
    else:
        path = ("operator_policies" if effect.operator else "policies", effect.policy)
    place = render_path(path)
    if effect.removed:
        return f"{place} (no longer declared)"
    return f"{place} (policy {effect.policy})" if path[0] in ("queues", "exchanges") else place


def _objects(group: Sequence[PolicyEffect]) -> str:
    found = sorted({effect.object.name: effect.object for effect in group}.values(), key=_most)
    shown = ", ".join(_counted(entry) for entry in found[:_SHOWN])
    more = len(found) - _SHOWN
    return shown + (f" and {more} more" if more > 0 else "")


def _most(entry: LiveObject) -> tuple[int, str]:
    return -(entry.counts.messages or 0), entry.name


def _counted(entry: LiveObject) -> str:
    if not entry.exists:
        return f"{entry.label} (to be created)"
    if entry.kind == "exchange":
        return entry.label
    messages, consumers = entry.counts.messages, entry.counts.consumers
    held = "unknown number of messages" if messages is None else _number(messages, "message")
    return f"{entry.label} ({held}, {_number(consumers or 0, 'consumer')})"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _ways(group: Sequence[PolicyEffect], vhost: PolicyState, change: PolicyChange) -> Iterator[str]:
    first = group[0]
    if first.rule is Rule.POLICY_UNAPPLIED:
        yield from _ways_to_keep(group, vhost, change)
        section = "operator_policies" if first.operator else "policies"
        yield f"consent to it: allow_policy_loss: {{{section}: [{_yaml(first.lost)}]}}"
        return
    names = sorted({effect.object.name for effect in group})
    if any(effect.object.kind != "stream" for effect in group):
        yield "drain it: let consumers take the messages, then run the same command again"
    yield f"consent to the loss: allow_message_loss: {{queues: {_yaml(names)}}}"


def _ways_to_keep(
    group: Sequence[PolicyEffect], vhost: PolicyState, change: PolicyChange
) -> Iterator[str]:
    first = group[0]
    if _owned(first, change):
        yield f"keep the {_noun(first)} as it is, for what this stack does not declare"
        return
    policies = vhost.operator_policies if first.operator else vhost.policies
    lost = policies.by_name[first.lost]
    generated = None if first.operator else change.generated.get(first.policy)
    declared = _declaration(lost, operator=first.operator)
    needed = _needed(first.keys, change)
    if generated is not None:
        if declared:
            combined = f"declare it, and its keys are combined with those of {generated[1]}"
            yield f"{combined}: {declared}{needed}"
        if fields := _fields(first.keys):
            yield f"set the same in {render_path(generated)}: {_yaml(fields)}{needed}"
    elif first.policy and not first.removed:
        section = "operator_policies" if first.operator else "policies"
        path = render_path((section, first.policy))
        if all(key in known_policy_keys() for key in first.keys):
            yield f"set the same in {path}.definition: {_yaml(dict(first.keys))}{needed}"
        yield f"let it apply first: give {path} a priority below {lost.priority}"


def _needed(keys: Mapping[str, Any], change: PolicyChange) -> str:
    """What else has to be declared for these keys, or `check` would refuse them."""
    found = [
        f"exchange {keys[key]} too, or ignore_rules: {{undeclared-{key}: REASON}} if others make it"
        for key in ("dead-letter-exchange", "alternate-exchange")
        if keys.get(key) and ("exchanges", keys[key]) not in change.declared
    ]
    return f"; declare {', and '.join(found)}" if found else ""


def _declaration(policy: LivePolicy, *, operator: bool) -> str:
    """The live policy as the config dict has it; empty where it cannot be declared."""
    declared = {
        "pattern": policy.pattern,
        "apply_to": policy.apply_to,
        "priority": policy.priority,
        "definition": dict(policy.definition),
    }
    try:
        (OperatorPolicy if operator else Policy).model_validate(declared)
    except ValidationError:
        return ""
    section = "operator_policies" if operator else "policies"
    return f"{section}: {_yaml({policy.name: declared})}"


def _fields(keys: Mapping[str, Any]) -> dict[str, Any]:
    """The same as settings of a queue or exchange; empty where one of them is none."""
    known = {key: key.replace("-", "_") for key in (*by_key(), "alternate-exchange")}
    if not all(key in known for key in keys):
        return {}
    return {known[key]: value for key, value in keys.items()}


def _yaml(value: Any) -> str:
    """In one line. JSON is YAML, but people write fewer quotes."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_yaml(k)}: {_yaml(v)}' for k, v in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_yaml, value))}]"
    if isinstance(value, str) and not _PLAIN.fullmatch(value):
        return json.dumps(value, ensure_ascii=False)
    return value if isinstance(value, str) else json.dumps(value)
