"""The names in `ignore_rules`."""

from __future__ import annotations

from collections.abc import Iterator

from ..problems import Problem, did_you_mean
from .rule import Rule
from .view import View


def ignore_rules_problems(view: View, rules: tuple[Rule, ...]) -> Iterator[Problem]:
    """Names in `ignore_rules` that are not a rule's, or name a rule that cannot be ignored."""
    by_name = {rule.name: rule for rule in rules}
    for name in view.declared.ignore_rules:
        path = ("ignore_rules", name)
        if name not in by_name:
            hint = did_you_mean(name, by_name) or f"rules: {', '.join(sorted(by_name))}"
            yield Problem(path, "is not a rule", hint)
        elif not by_name[name].ignorable:
            yield Problem(
                path, "cannot be ignored: RabbitMQ or the provider would fail", "correct the cause"
            )
