"""Unit tests of the rules, for `promtool test rules`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .metric import quoted
from .rule import Rule, Values
from .watch import Watch


def unit_tests(watched: Watch, rule_file: str) -> dict[str, Any]:
    """That each rule fires when it has to, and does not when it must not. `rule_file` is relative
    to where the tests are."""
    tests = [test for rule in watched.rules for test in _tests(rule)]
    return {"rule_files": [rule_file], "evaluation_interval": "1m", "tests": tests}


def _tests(rule: Rule) -> Iterator[dict[str, Any]]:
    yield _test(rule, rule.example.firing, fires=True)
    yield _test(rule, rule.example.calm, fires=False)


def _test(rule: Rule, values: Values, *, fires: bool) -> dict[str, Any]:
    labels = {"alertname": rule.alert, "alertstate": "firing", **rule.labels}
    selector = ",".join(f"{name}={quoted(value)}" for name, value in labels.items())
    expected = [{"labels": "{}", "value": 1}] if fires else []
    of = rule.labels.get("queue") or rule.labels.get("exchange") or rule.labels.get("vhost", "")
    return {
        "name": f"{rule.alert} {of}: {'fires' if fires else 'stays calm'}",
        "interval": "1m",
        "input_series": [{"series": s, "values": v} for s, v in values.items()],
        "promql_expr_test": [
            {
                "expr": f"count(ALERTS{{{selector}}})",
                "eval_time": rule.example.at,
                "exp_samples": expected,
            }
        ],
    }
