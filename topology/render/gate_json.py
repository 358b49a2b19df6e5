"""A verdict for machines."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..gate.verdict import Entry, Verdict
from ..policies import PolicyEffect


def as_dict(verdict: Verdict) -> dict[str, Any]:
    return {
        "refused": verdict.refused,
        "summary": verdict.summary,
        "asked": not verdict.unasked,
        "unasked_because": verdict.unasked or None,
        "failures": [failure.text for failure in verdict.failures],
        "unreviewed": list(verdict.unreviewed),
        "steps": [_entry(entry) for entry in verdict.entries],
        "warnings": [_effect(vhost, effect) for vhost, effect in verdict.effects],
    }


def _effect(vhost: str, effect: PolicyEffect) -> dict[str, Any]:
    counts = effect.object.counts
    return {
        "vhost": vhost,
        effect.object.section.removesuffix("s"): effect.object.name,
        "rule": effect.rule.value,
        "effect": effect.effect,
        "policy": effect.policy,
        "messages": counts.messages,
        "ready": counts.ready,
        "unacknowledged": counts.unacknowledged,
        "consumers": counts.consumers,
        "stream": effect.object.kind == "stream",
    }


def _entry(entry: Entry) -> dict[str, Any]:
    step = entry.step
    found = {
        "action": step.action.value,
        "kind": step.target.kind.value,
        "vhost": step.target.vhost,
        "name": step.target.name,
        "changes": list(step.changes),
        "refusal": entry.refusal or None,
        "loses": entry.loses,
    }
    return found | (_occupancy(asdict(entry.occupancy)) if entry.occupancy else {})


def _occupancy(occupancy: dict[str, Any]) -> dict[str, Any]:
    return {
        "messages": occupancy["ready"] + occupancy["unacknowledged"],
        **{key: occupancy[key] for key in ("ready", "unacknowledged", "consumers", "stream")},
    }
