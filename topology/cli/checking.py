"""What `check` finds out about one file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..check import Checked, check_layers
from ..layers import Document, from_document
from ..problems import ConfigError, Problem, Severity
from ..version import NEWEST, BrokerFacts, Version
from .stack import is_stack, read_stack


@dataclass(frozen=True, slots=True)
class Finding:
    """A file and what is wrong with it."""

    file: str
    problems: tuple[Problem, ...]
    checked: Checked | None
    """None where there was no topology to look at."""
    version: Version
    """The RabbitMQ whose rules counted."""

    @property
    def errors(self) -> int:
        return sum(problem.severity is Severity.ERROR for problem in self.problems)

    @property
    def warnings(self) -> int:
        return len(self.problems) - self.errors


def check_file(
    file: Path, name: str, broker: BrokerFacts | None, folder: Path | None = None
) -> Finding:
    """Looks at a stack file or a plain topology file, which extends others relative to `folder`,
    or else to its own. Never raises: what cannot be read is a problem like others."""
    try:
        document = Document.read(file, name)
        place = folder / name if folder else file
        problems, checked = _check(document, place, broker)
    except ConfigError as error:
        return Finding(name, _in_order(error.problems, name), None, _version(None, broker))
    return Finding(name, _in_order(problems, name), checked, _version(checked, broker))


def _check(
    document: Document, file: Path, broker: BrokerFacts | None
) -> tuple[list[Problem], Checked]:
    if not is_stack(document):
        checked = check_layers(from_document(document, file), broker)
        return list(checked.problems), checked
    stack = read_stack(document, file.parent)
    checked = check_layers(stack.layers, broker)
    known = (problem for problem in checked.problems if problem.path not in stack.hidden)
    return [*stack.problems, *known], checked


def _version(checked: Checked | None, broker: BrokerFacts | None) -> Version:
    if broker is not None:
        return broker.version
    own = checked.expanded.complete.rabbitmq_version if checked else None
    return Version.parse(own) if own else NEWEST


def _in_order(problems: Iterable[Problem], name: str) -> tuple[Problem, ...]:
    """As one reads: the file itself before those that it extends, each from the top."""

    def place(problem: Problem) -> tuple[bool, str, int]:
        file, line = place_of(problem, name)
        return file != name, file, line or 0

    return tuple(sorted(problems, key=place))


def place_of(problem: Problem, name: str) -> tuple[str, int | None]:
    """File and line; the checked file where the problem knows of none."""
    file, _, line = problem.source.rpartition(":")
    if file and line.isdigit():
        return file, int(line)
    return problem.source or name, None
