"""A rule: one thing that must hold for a whole topology, by the name that `ignore_rules` takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..problems import Path, Problem, Severity
from .view import View

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
