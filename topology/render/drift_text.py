"""Drift as text: a line for each difference, or a table for people."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..drift.finding import State
from ..drift.report import Report

_STYLES = {
    State.MISSING: "red",
    State.CHANGED: "yellow",
    State.UNDECLARED: "cyan",
    State.OVERRIDDEN: "yellow",
}


def as_lines(report: Report) -> str:
    """For logs and other programs: each line says all, and can be searched for."""
    lines = [report.summary]
    for finding in report.findings:
        what = f"{finding.state:<10}  {finding.kind.words} {finding.name}"
        lines += [f"{what}: {line}" for line in finding.differences] or [what]
    return "\n".join([*lines, *_rest(report)]) + "\n"


def print_table(report: Report, console: Console) -> None:
    """For a terminal."""
    console.print(Text(report.summary, style="bold red" if report.drifted else "bold green"))
    if report.findings:
        table = Table(show_edge=False, pad_edge=False)
        for heading in ("", "kind", "name", "difference"):
            table.add_column(heading, overflow="fold")
        for finding in report.findings:
            table.add_row(
                Text(finding.state, style=_STYLES[finding.state]),
                finding.kind.words,
                Text(finding.name),
                Text("\n".join(finding.differences)),
            )
        console.print(table)
    for line in _rest(report):
        console.print(Text(line))


def _rest(report: Report) -> Iterator[str]:
    for entry in report.unknown:
        yield f"not compared: {entry.kind.words} {entry.name}: {entry.reason}"
    if report.ignored:
        yield f"{report.ignored} undeclared objects are ignored by pattern"
    if report.others:
        yield f"{report.others} undeclared objects are of other stacks: the vhost is existing: true"
    if report.deletion_protection:
        yield "the vhost is protected from deletion in RabbitMQ: a destroy is refused"
