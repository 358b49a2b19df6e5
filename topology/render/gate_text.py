"""A verdict as text, for a log or a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..gate.plan import Action
from ..gate.verdict import Entry, Verdict
from ..policies import PolicyEffect

REFUSED: Final = "REFUSED"
BY_CONSENT: Final = "lost by consent"
_SHOWN: Final = 10
_STYLES: Final = {
    Action.REFUSED: "bold red",
    Action.DELETED: "red",
    Action.REPLACED: "red",
    Action.RETAINED: "cyan",
    Action.CHANGED: "yellow",
    Action.IMPORTED: "cyan",
    Action.CREATED: "green",
}


def as_lines(verdict: Verdict) -> str:
    """For a log: a line for each object."""
    lines = [verdict.summary]
    for entry in verdict.entries:
        told = "; ".join(
            part for part in (contents(entry), *entry.step.changes, fate(entry)) if part
        )
        what = f"{entry.step.action:<9} {entry.step.target}"
        lines.append(f"{what}: {told}" if told else what)
    return "\n".join([*lines, *_rest(verdict)]) + "\n"


def print_table(verdict: Verdict, console: Console) -> None:
    """For a terminal."""
    console.print(Text(verdict.summary, style="bold red" if verdict.refused else "bold green"))
    if verdict.entries:
        table = Table(show_edge=False, pad_edge=False)
        for heading in ("", "object", "holds", "changes", ""):
            table.add_column(heading, overflow="fold")
        for entry in verdict.entries:
            table.add_row(
                Text(entry.step.action, style=_STYLES[entry.step.action]),
                Text(str(entry.step.target)),
                Text(contents(entry)),
                Text("\n".join(entry.step.changes)),
                Text(fate(entry), style="bold red"),
            )
        console.print(table)
    for line in _rest(verdict):
        console.print(Text(line))


def contents(entry: Entry) -> str:
    """Messages and consumers of a queue."""
    occupancy = entry.occupancy
    if occupancy is None:
        return ""
    messages = occupancy.ready + occupancy.unacknowledged
    details = f" ({occupancy.unacknowledged} unacknowledged)" if occupancy.unacknowledged else ""
    kind = "stream, " if occupancy.stream else ""
    return f"{kind}messages: {messages}{details}, consumers: {occupancy.consumers}"


def fate(entry: Entry) -> str:
    if entry.refusal:
        return REFUSED
    return BY_CONSENT if entry.loses else ""


def effects_by_text(verdict: Verdict) -> Iterator[tuple[str, list[PolicyEffect]]]:
    """Objects with the same effect together, those with messages first."""
    by_text = attrgetter("effect")
    effects = sorted((effect for _, effect in verdict.effects), key=by_text)
    for text, found in groupby(effects, by_text):
        yield text, sorted(found, key=lambda one: (-_messages(one), one.object.name))


def objects_named(effects: list[PolicyEffect], limit: int = _SHOWN) -> str:
    named = [f"{effect.object.name} ({_messages(effect)} messages)" for effect in effects[:limit]]
    more = len(effects) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _messages(effect: PolicyEffect) -> int:
    return effect.object.counts.messages or 0


def _rest(verdict: Verdict) -> Iterator[str]:
    for reason in verdict.reasons:
        yield ""
        yield reason
    for effect, found in effects_by_text(verdict):
        yield f"by consent: {effect}: {objects_named(found)}"
