"""A policy or an operator policy on the broker → its declaration."""

from __future__ import annotations

from typing import Any

from ..broker.live_policy import LivePolicy


def policy_entry(policy: LivePolicy, default_apply_to: str) -> dict[str, Any]:
    """`default_apply_to` is what goes without saying: `all`, and `queues` for operator policies."""
    entry: dict[str, Any] = {"pattern": policy.pattern}
    if policy.apply_to != default_apply_to:
        entry["apply_to"] = policy.apply_to
    if policy.priority:
        entry["priority"] = policy.priority
    entry["definition"] = dict(policy.definition)
    return entry
