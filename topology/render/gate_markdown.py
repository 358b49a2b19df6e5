"""A verdict as Markdown, for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ..gate.plan import Action
from ..gate.verdict import Entry, Verdict
from .gate_text import BY_CONSENT, REFUSED, contents, effects_by_text, fate, objects_named
from .markdown import block, code, plain, table

MOST_CHARACTERS: Final = 60_000
"""GitHub refuses comments that are longer than 65,536 characters."""

_FATES: Final = {REFUSED: "❌", BY_CONSENT: "⚠️ lost by consent"}
_ROWS: Final = 100
_REASONS: Final = 20
_CHANGES: Final = 200


def as_markdown(verdict: Verdict, stack: str) -> str:
    """The verdict first, then what is in danger, then the rest, folded."""
    sign = "❌" if verdict.refused else "⚠️" if verdict.effects or verdict.unasked else "✅"
    parts = [
        f"### RabbitMQ plan: stack {code(stack)}",
        f"{sign} **{plain(verdict.summary)}**",
        plain(_counts(verdict)),
        *_reasons(verdict),
        *_effects(verdict),
    ]
    grave = [entry for entry in verdict.entries if _is_grave(entry)]
    others = [entry for entry in verdict.entries if not _is_grave(entry)]
    if grave:
        parts.append(_table(grave))
    if others:
        parts.append(
            f"<details><summary>{_folded(others)}</summary>\n\n{_table(others)}\n\n</details>"
        )
    return _cut("\n\n".join(part for part in parts if part)) + "\n"


def _counts(verdict: Verdict) -> str:
    counted = ((action, verdict.count(action)) for action in Action)
    return ", ".join(f"{number} {action}" for action, number in counted if number)


def _reasons(verdict: Verdict) -> Iterator[str]:
    yield from map(block, verdict.reasons[:_REASONS])
    if len(verdict.reasons) > _REASONS:
        yield f"… and {len(verdict.reasons) - _REASONS} more refusals."


def _effects(verdict: Verdict) -> Iterator[str]:
    lines = [
        f"- ⚠️ {plain(effect)}: {plain(objects_named(found))}"
        for effect, found in effects_by_text(verdict)
    ]
    if lines:
        yield "\n".join(lines[:_ROWS])


def _is_grave(entry: Entry) -> bool:
    return entry.step.action in (Action.REFUSED, Action.DELETED, Action.REPLACED, Action.RETAINED)


def _folded(entries: Sequence[Entry]) -> str:
    return f"{len(entries)} created or changed in place"


def _table(entries: Sequence[Entry]) -> str:
    rows = [
        (
            f"{entry.step.action} {_FATES.get(fate(entry), '')}".strip(),
            f"{entry.step.target.kind.words} {code(entry.step.target.name)}",
            plain(contents(entry)),
            plain(_shortened("; ".join(entry.step.changes))),
        )
        for entry in entries[:_ROWS]
    ]
    more = len(entries) - len(rows)
    text = table(("", "object", "holds", "changes"), rows)
    return f"{text}\n\n… and {more} more." if more else text


def _shortened(text: str) -> str:
    return text if len(text) <= _CHANGES else f"{text[:_CHANGES]}…"


def _cut(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    kept = text[:MOST_CHARACTERS].rpartition("\n")[0]
    return f"{kept}\n\n… the rest is cut off; the job's log has all of it."
