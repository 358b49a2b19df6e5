"""`make generate`: writes the reference and the JSON Schemas anew."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from topology.cli.commands.schema import as_text
from topology.cli.json_schema import stack_schema, topology_schema

from .reference import reference_page

GENERATED: Final[dict[str, Callable[[], str]]] = {
    "schema/topology.schema.json": lambda: as_text(topology_schema()),
    "schema/stack.schema.json": lambda: as_text(stack_schema()),
    "docs/reference.md": reference_page,
}
"""File → what stands in it."""


def generate(folder: Path) -> list[str]:
    """Writes the files that are stale, and returns their paths."""
    stale = [path for path in GENERATED if _is_stale(folder, path)]
    for path in stale:
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(GENERATED[path](), encoding="utf-8")
    return stale


def _is_stale(folder: Path, path: str) -> bool:
    file = folder / path
    return not file.exists() or file.read_text(encoding="utf-8") != GENERATED[path]()


if __name__ == "__main__":
    for path in generate(Path.cwd()):
        sys.stdout.write(f"wrote {path}\n")
