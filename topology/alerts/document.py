"""The files that Prometheus reads, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .rule import Rule, template
from .watch import Watch


def rules_document(watched: Watch) -> dict[str, Any]:
    """A rule file: one group for each kind of alert."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for rule in watched.rules:
        groups.setdefault(rule.alert, []).append(_rule(rule))
    vhost = watched.series.vhost
    return {"groups": [{"name": f"{vhost}: {name}", "rules": r} for name, r in groups.items()]}


def scrape_document(watched: Watch, targets: Sequence[str]) -> dict[str, Any]:
    """The part of `prometheus.yml` that these rules need: two jobs, for the nodes' own numbers and
    for those of single queues and exchanges. `targets` are `host:port` of every node."""
    families = sorted({m.family for rule in watched.rules for m in rule.metrics if m.family})
    static = [{"targets": list(targets)}]
    jobs: list[dict[str, Any]] = [
        {"job_name": watched.series.job, "metrics_path": "/metrics", "static_configs": static}
    ]
    if families:
        detailed = {
            "job_name": watched.series.detailed_job,
            "metrics_path": "/metrics/detailed",
            "params": {"vhost": [watched.series.vhost], "family": families},
            "static_configs": static,
        }
        jobs.append(detailed)
    return {"scrape_configs": jobs}


def _rule(rule: Rule) -> dict[str, Any]:
    labels = {name: template(value) for name, value in rule.labels.items()}
    hold = {"for": rule.hold} if rule.hold else {}
    return {
        "alert": rule.alert,
        "expr": rule.expression,
        **hold,
        "labels": {"severity": str(rule.severity), **labels},
        "annotations": {
            "summary": template(rule.summary),
            "description": template(rule.description),
        },
    }
