"""Drift as Markdown, for an issue or a job's summary."""

from __future__ import annotations

from ..drift.finding import State
from ..drift.report import Report
from .markdown import code, plain, table

_SIGNS = {State.MISSING: "❌", State.CHANGED: "⚠️", State.UNDECLARED: "❔", State.OVERRIDDEN: "⚠️"}


def as_markdown(report: Report, stack: str) -> str:
    parts = [f"### RabbitMQ drift: stack {code(stack)}", plain(report.summary)]
    if report.findings:
        rows = (
            (
                f"{_SIGNS[finding.state]} {finding.state}",
                finding.kind.words,
                code(finding.name),
                "<br>".join(plain(line) for line in finding.differences),
            )
            for finding in report.findings
        )
        parts.append(table(("", "kind", "name", "difference"), rows))
    if report.unknown:
        parts.append("Not compared:")
        lines = (
            f"- {entry.kind.words} {code(entry.name)}: {plain(entry.reason)}"
            for entry in report.unknown
        )
        parts.append("\n".join(lines))
    if report.ignored:
        parts.append(plain(f"{report.ignored} undeclared objects are ignored by pattern."))
    if report.others:
        text = (
            f"{report.others} undeclared objects are of other stacks: the vhost is existing: true."
        )
        parts.append(plain(text))
    if report.deletion_protection:
        parts.append("The vhost is protected from deletion in RabbitMQ: a destroy is refused.")
    return "\n\n".join(parts) + "\n"
