"""What policies set: keys that RabbitMQ refuses, and keys that keep a policy from applying."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..expand.effective_policy import Kind, matching
from ..expand.settings import GENERATED_PRIORITY
from ..model.policy_definition import (
    EXCHANGE_KEYS,
    FEDERATION_KEYS,
    blocking_keys,
    known_policy_keys,
)
from ..model.queue_type import QueueType
from ..problems import Path
from ..version import OLDEST
from .analysis.policy_matches import policy_places
from .analysis.view import View
from .rule import Finding, error, warning
from .text import EXACT, inexact

_TYPES: Final[Mapping[str, QueueType]] = {
    "classic_queues": "classic",
    "quorum_queues": "quorum",
    "streams": "stream",
}
_SHOWN: Final = 3


@error("empty-policy")
def empty_policy(view: View) -> Iterator[Finding]:
    """RabbitMQ refuses a policy that sets nothing (400)."""
    for place, policy in policy_places(view.declared):
        if not policy.definition.values():
            yield (*place, "definition"), "sets nothing", "set something, or leave the policy out"


@error("unknown-policy-key")
def unknown_policy_key(view: View) -> Iterator[Finding]:
    """RabbitMQ refuses a policy with a key that its version does not know (400). Mirroring
    (`ha-…`) went with 4.0."""
    for place, policy in policy_places(view.declared):
        for key in policy.definition.values():
            path = (*place, "definition", key)
            known = known_policy_keys()[key]
            if not known.known(view.version):
                hint = (
                    "use quorum queues" if key.startswith("ha-") else f"it is for {known.support}"
                )
                yield path, f"RabbitMQ {view.version} does not know it", hint
            elif place[0] == "operator_policies" and view.version < (
                known.operator_since or OLDEST
            ):
                message = f"operator policies can set it from RabbitMQ {known.operator_since}"
                yield path, message, "set it in a policy"


@error("conflicting-policy-keys")
def conflicting_policy_keys(view: View) -> Iterator[Finding]:
    """Keys that RabbitMQ refuses together, or one without the other (400)."""
    for name, policy in view.declared.policies.items():
        definition = policy.definition.values()
        path: Path = ("policies", name, "definition")
        federation = [key for key in FEDERATION_KEYS if key in definition]
        for key in federation[1:]:
            yield (*path, key), f"excludes {federation[0]}", "keep one of the two"
        yield from _mirroring(path, definition)


@error("unsupported-priority")
def unsupported_priority(view: View) -> Iterator[Finding]:
    """The provider reads numbers as floating-point ones: a huge priority arrives as another."""
    for place, policy in policy_places(view.declared):
        if abs(policy.priority) >= EXACT:
            yield (*place, "priority"), *inexact(EXACT)


@error("misplaced-policy-key", ignorable=True)
def misplaced_policy_key(view: View) -> Iterator[Finding]:
    """RabbitMQ accepts settings of queues in a policy for exchanges, and the other way round, and
    nothing reads them. A setting of another queue type keeps the whole policy from applying."""
    for place, policy in policy_places(view.declared):
        definition = policy.definition.values()
        only = _TYPES.get(policy.apply_to)
        blocking = blocking_keys(definition, only, view.version) if only else []
        for key in definition:
            path = (*place, "definition", key)
            hint = "correct apply_to, or leave the key out"
            if key in EXCHANGE_KEYS and policy.apply_to not in ("all", "exchanges"):
                yield (
                    path,
                    f"is for exchanges, and the policy is for {_words(policy.apply_to)}",
                    hint,
                )
            elif policy.apply_to == "exchanges" and key not in (*EXCHANGE_KEYS, *FEDERATION_KEYS):
                yield path, "is for queues, and the policy is for exchanges", hint
            elif key in blocking:
                kinds = _words(policy.apply_to)
                message = f"is unknown to {kinds}: RabbitMQ would apply none of the policy to them"
                yield path, message, hint


@warning("inapplicable-policy")
def inapplicable_policy(view: View) -> Iterator[Finding]:
    """A policy with one key that a queue's type does not support is not applied to that queue, not
    even its other keys; the next policy that matches is. RabbitMQ does not say so."""
    sections = (
        ("policies", view.declared.policies, view.policy_matches),
        ("operator_policies", view.declared.operator_policies, view.operator_policy_matches),
    )
    for section, policies, matched in sections:
        applied = {name for found in matched for name in found.policies}
        blocked: dict[tuple[str, QueueType], list[str]] = {}
        for found in matched:
            for name in found.blocked:
                if found.kind != "exchange":
                    blocked.setdefault((name, found.kind), []).append(found.name)
        for (name, kind), queues in blocked.items():
            definition = policies[name].definition.values()
            keys = blocking_keys(definition, kind, view.version)
            # Where nothing in it is for this type and it applies elsewhere, nothing is lost.
            lost = len(keys) < len(definition) or name not in applied
            if lost and policies[name].apply_to not in _TYPES:
                kinds = "streams" if kind == "stream" else f"{kind} queues"
                message = (
                    f"{kinds} do not know {', '.join(keys)}, so RabbitMQ applies none of it to "
                    f"{_some(queues)}"
                )
                yield (section, name, "definition"), message, "make a policy for each queue type"


def _mirroring(path: Path, definition: Mapping[str, Any]) -> Iterator[Finding]:
    keys = [key for key in definition if key.startswith("ha-")]
    mode, params = definition.get("ha-mode"), definition.get("ha-params")
    if mode is None:
        for key in keys[:1]:
            yield (*path, key), "RabbitMQ refuses it without ha-mode", "set ha-mode too"
        return
    wanted = {"exactly": (int, "a number of mirrors"), "nodes": (list, "a list of nodes")}.get(mode)
    if wanted is None:
        if params is not None:
            yield (*path, "ha-params"), f"ha-mode {mode} takes none", "leave it out"
    elif not isinstance(params, wanted[0]) or params == []:
        yield (*path, "ha-params"), f"must be {wanted[1]} for ha-mode {mode}", ""
    if definition.get("ha-sync-batch-size") == 0:
        yield (*path, "ha-sync-batch-size"), "must be at least 1", ""


def _words(apply_to: str) -> str:
    return apply_to.replace("_", " ")


def _some(names: list[str]) -> str:
    rest = len(names) - _SHOWN
    return f"{', '.join(names[:_SHOWN])}" + (f" and {rest} more" if rest > 0 else "")


@error("outranking-policy")
def outranking_policy(view: View) -> Iterator[Finding]:
    """The settings of a queue or exchange are applied by a policy of its own. RabbitMQ applies only
    the strongest policy, so one of a higher priority would switch them off."""
    settled = view.expanded.settled
    strong = {
        name: policy
        for name, policy in view.declared.policies.items()
        if policy.priority >= GENERATED_PRIORITY
    }
    hidden: dict[str, str] = {}
    for (section, name), applied in settled.applied.items():
        if strong and applied in settled.generated:
            kind = _kind(view, section, name)
            for policy in matching(strong, name, kind, view.version):
                hidden.setdefault(policy, f"{section}.{name}")
    for policy, place in hidden.items():
        message = f"is stronger than the policy that holds the settings of {place}"
        yield ("policies", policy, "priority"), message, f"write less than {GENERATED_PRIORITY}"


def _kind(view: View, section: str, name: str) -> Kind:
    if section == "exchanges":
        return "exchange"
    return view.topology.queues[name].type or "classic"
