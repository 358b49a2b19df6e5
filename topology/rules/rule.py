"""A rule: one thing that must hold for a whole topology, by the name that `ignore_rules` takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..problems import Path, Problem, Severity, did_you_mean
from .analysis.view import View

Finding = tuple[Path, str, str]
"""Path, message, hint."""

Search = Callable[[View], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """Looks for one kind of mistake. Its docstring says what RabbitMQ or the provider would do."""

    name: str
    severity: Severity
    ignorable: bool
    explanation: str
    search: Search

    def problems(self, view: View) -> Iterator[Problem]:
        """What it finds, each once: several queues may inherit one mistake."""
        for path, message, hint in dict.fromkeys(self.search(view)):
            yield Problem(path, message, hint, self.severity, self.name)


def error(name: str, *, ignorable: bool = False) -> Callable[[Search], Rule]:
    """A rule that stops the run. Ignorable only where a user may know better than the rule."""
    return lambda search: Rule(name, Severity.ERROR, ignorable, search.__doc__ or "", search)


def warning(name: str) -> Callable[[Search], Rule]:
    """A rule that tells and lets the run go on."""
    return lambda search: Rule(name, Severity.WARNING, True, search.__doc__ or "", search)


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
