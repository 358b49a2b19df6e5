"""Silencing is checked like everything else."""

from __future__ import annotations

from collections.abc import Iterator

from topology.problems import Problem, did_you_mean
from topology.rules.rule import Rule
from topology.rules.view import View


def silence_problems(view: View, rules: tuple[Rule, ...]) -> Iterator[Problem]:
    """Names in `silence` that are no rule's, or that of a rule that may not be silenced."""
    by_name = {rule.name: rule for rule in rules}
    for name in view.declared.silence:
        path = ("silence", name)
        if name not in by_name:
            hint = did_you_mean(name, by_name) or f"rules: {', '.join(sorted(by_name))}"
            yield Problem(path, "is not a rule", hint)
        elif not by_name[name].silenceable:
            yield Problem(
                path, "cannot be silenced: RabbitMQ or the provider would fail", "correct the cause"
            )
