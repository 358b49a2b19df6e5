"""How findings are shown: a line each for programs, set out for people, JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TextIO

from ..model import Topology
from ..problems import Problem
from .checking import Finding, place_of
from .show import as_dict
from .terminal import is_plain

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
        from .pretty import tell_prettily  # noqa: PLC0415 - Rich is not needed else

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
