"""Findings on a terminal, with colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..problems import Problem, Severity
from .findings import Finding, place_of, summary

_COLOURS = {Severity.ERROR: "bold red", Severity.WARNING: "yellow"}


def tell_prettily(findings: Sequence[Finding], stream: TextIO) -> None:
    """Each file with its problems set out below, and a line that sums up."""
    console = Console(file=stream, highlight=False)
    for finding in findings:
        _tell_problems(finding, console)
        mark = ("✘ ", "bold red") if finding.errors else ("✔ ", "bold green")
        console.print(Text.assemble(mark, (f"{finding.file}: ", "bold"), summary(finding)))


def _tell_problems(finding: Finding, console: Console) -> None:
    table, heading = None, ""
    for problem in finding.problems:
        file, line = place_of(problem, finding.file)
        if table is None or file != heading:
            _print_below(table, console)
            heading, table = file, Table.grid(padding=(0, 2, 0, 0))
            console.print(Text(file, "bold underline"))
            table.add_column(justify="right", style="dim")
            table.add_column()
            table.add_column(overflow="fold")
        severity = Text(str(problem.severity), _COLOURS[problem.severity])
        table.add_row(str(line or ""), severity, _words(problem))
    _print_below(table, console)


def _print_below(table: Table | None, console: Console) -> None:
    if table is not None:
        console.print(Padding(table, (0, 0, 1, 2)))


def _words(problem: Problem) -> Text:
    text = Text()
    if problem.path:
        text.append(problem.where, "bold")
        text.append("  ")
    text.append(problem.message)
    if problem.rule:
        text.append(f"  [{problem.rule}]", "dim")
    if problem.hint:
        text.append(f"\n→ {problem.hint}", "cyan")
    return text
