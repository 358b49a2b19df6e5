"""Markdown as pull requests and issues show it, safe for whatever names hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_\[\]<&|~])")
_BACKTICKS = re.compile(r"`+")


def plain(text: str) -> str:
    """Text that is shown as it is; in a table, too."""
    return _SPECIAL.sub(r"\\\1", text).replace("\n", "<br>")


def code(text: str) -> str:
    """Text in a code span, in a table, too."""
    if not text.strip():
        return plain(text)
    fence = "`" * (1 + max((len(run) for run in _BACKTICKS.findall(text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    # Tables are cut at bars before code spans are looked at; their escape is known everywhere.
    inner = text.replace("|", "\\|").replace("\n", " ")
    return f"{fence}{pad}{inner}{pad}{fence}"


def block(text: str) -> str:
    """Lines as they are."""
    fence = "`" * max(3, 1 + max((len(run) for run in _BACKTICKS.findall(text)), default=0))
    return f"{fence}text\n{text}\n{fence}"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells are Markdown already."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
