"""A policy or an operator policy on the broker → its declaration."""

from __future__ import annotations

from typing import Any

from topology.drift.snapshot import Fields


def policy_entry(policy: Fields, default_apply_to: str) -> dict[str, Any]:
    """`default_apply_to` is what goes without saying: `all`, and `queues` for operator policies."""
    entry: dict[str, Any] = {"pattern": policy["pattern"]}
    if policy["apply-to"] != default_apply_to:
        entry["apply_to"] = policy["apply-to"]
    if policy["priority"]:
        entry["priority"] = policy["priority"]
    entry["definition"] = dict(policy.get("definition") or {})
    return entry
