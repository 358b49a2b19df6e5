"""What `check` finds in a file: set out for people, a line each for programs, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from ..check import Checked, check_layers
from ..config_files import Document, from_document
from ..model import Topology
from ..problems import ConfigError, Problem, Severity
from ..version import NEWEST, BrokerFacts, Version
from .show import as_dict
from .stack import is_stack, read_stack
from .terminal import is_plain


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


_SECTIONS = (
    "exchanges",
    "queues",
    "bindings",
    "policies",
    "operator_policies",
    "users",
    "permissions",
    "topic_permissions",
    "federation_upstreams",
    "shovels",
)


def tell(findings: Sequence[Finding], stream: TextIO) -> None:
    """Writes findings set out for a person, or a line for each where that may be a program."""
    if not is_plain(stream):
        from .findings_in_colour import tell_prettily  # noqa: PLC0415 - Rich is not needed else

        tell_prettily(findings, stream)
        return
    for finding in findings:
        stream.writelines(f"{_line(problem, finding)}\n" for problem in finding.problems)
        stream.write(f"{finding.file}: {summary(finding)}\n")


def as_json(findings: Sequence[Finding], *, with_topology: bool) -> str:
    """The findings as one JSON document."""
    files = [_as_object(finding, with_topology=with_topology) for finding in findings]
    ok = not any(finding.errors for finding in findings)
    return json.dumps({"ok": ok, "files": files}, indent=2, ensure_ascii=False) + "\n"


def _line(problem: Problem, finding: Finding) -> str:
    """As compilers write it, so that editors and CI systems find the place."""
    file, line = place_of(problem, finding.file)
    place = f"{file}:{line}" if line else file
    return f"{place}: {problem.severity}: {problem.at('')}"


def summary(finding: Finding) -> str:
    """What came out, in a few words."""
    counts = [
        f"{number} {noun}{'' if number == 1 else 's'}"
        for number, noun in ((finding.errors, "error"), (finding.warnings, "warning"))
        if number
    ]
    if finding.errors or finding.checked is None:
        return ", ".join(counts)
    told = _declared(finding.checked.expanded.settled.topology)
    said = f"fine for RabbitMQ {finding.version}: {told}"
    return "; ".join([said, *counts])


def _declared(topology: Topology) -> str:
    counts = ((len(getattr(topology, section)), section) for section in _SECTIONS)
    parts = [f"{number} {_noun(section, number)}" for number, section in counts if number]
    return ", ".join(["1 vhost", *parts])


def _noun(section: str, number: int) -> str:
    plural = section.replace("_", " ")
    if number != 1:
        return plural
    return plural.removesuffix("ies") + "y" if plural.endswith("ies") else plural.removesuffix("s")


def _as_object(finding: Finding, *, with_topology: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "file": finding.file,
        "rabbitmq_version": str(finding.version),
        "errors": finding.errors,
        "warnings": finding.warnings,
        "problems": [_problem_object(problem, finding) for problem in finding.problems],
    }
    if with_topology and finding.checked and not finding.errors:
        settled = finding.checked.expanded.settled
        shown["topology"] = as_dict(settled.topology)
        shown["notes"] = list(settled.notes)
    return shown


def _problem_object(problem: Problem, finding: Finding) -> dict[str, Any]:
    file, line = place_of(problem, finding.file)
    return {
        "severity": str(problem.severity),
        "path": list(problem.path),
        "where": problem.where,
        "message": problem.message,
        "hint": problem.hint,
        "rule": problem.rule,
        "file": file,
        "line": line,
    }
