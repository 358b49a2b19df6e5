"""Policies that this program made for one queue or exchange, read back as its settings.

A broker that a stack of this program has managed before has them. Declared as policies they would
be refused, for they belong to what they are named after.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ..broker.live_policy import LivePolicy
from ..expand.effective_policy import Kind, matching
from ..expand.naming import exactly
from ..expand.settings import GENERATED_PRIORITY
from ..model import Policy
from ..model.queue import queue_arguments
from ..version import Version


def is_own_policy(policy: LivePolicy, section: str, name: str) -> bool:
    """Whether a policy was made for this queue or exchange alone."""
    made_for = (exactly(name), GENERATED_PRIORITY, section)
    return (policy.pattern, policy.priority, policy.apply_to) == made_for


def own_settings(
    definition: Mapping[str, Any],
    section: str,
    name: str,
    kind: Kind,
    others: Mapping[str, Policy],
    version: Version,
) -> dict[str, Any]:
    """The settings that make this definition, together with the policy of `others` that would
    apply. What that one sets too need not be said again."""
    winner = next(matching(others, name, kind, version), None)
    base = others[winner].definition.values() if winner is not None else {}
    fields = _fields(section)
    said = {fields[key]: value for key, value in definition.items() if key in fields}
    own = {
        fields[key]: value
        for key, value in definition.items()
        if key in fields and base.get(key) != value
    }
    return own or said


def other_policies(policies: Mapping[str, LivePolicy]) -> dict[str, Policy]:
    """As models; one that is none is nobody's base."""
    found = {}
    for name, policy in policies.items():
        try:
            found[name] = Policy.model_validate(
                {
                    "pattern": policy.pattern,
                    "apply_to": policy.apply_to,
                    "priority": policy.priority,
                    "definition": dict(policy.definition),
                }
            )
        except ValidationError:
            continue
    return found


def _fields(section: str) -> dict[str, str]:
    if section == "exchanges":
        return {"alternate-exchange": "alternate_exchange"}
    return {
        setting.policy.name: name
        for name, setting in queue_arguments().items()
        if setting.policy is not None
    }
