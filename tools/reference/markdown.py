"""The little Markdown that the reference page is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; columns that are empty in every row are left out."""
    listed = [list(row) for row in rows]
    used = [i for i in range(len(head)) if any(row[i] for row in listed)]
    lines = [[head[i] for i in used], ["---"] * len(used)]
    lines += [[cell(row[i]) for i in used] for row in listed]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(text: str) -> str:
    """Text that may stand in a table: on one line, with no column ends of its own."""
    return " ".join(text.split()).replace("|", "\\|")


def one_line(text: str) -> str:
    return " ".join(text.split())
