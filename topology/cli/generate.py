"""`generate`: writes the files of this repository that come from the models and the rules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from ..command import COMMAND
from .ending import ExitCode
from .json_schema import stack_schema, topology_schema
from .reference import reference_page
from .schema import as_text
from .terminal import say

GENERATED: Final[dict[str, Callable[[], str]]] = {
    "schema/topology.schema.json": lambda: as_text(topology_schema()),
    "schema/stack.schema.json": lambda: as_text(stack_schema()),
    "docs/reference.md": reference_page,
}
"""File → what stands in it."""


def generate(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 if a file is stale.")
    ] = False,
) -> ExitCode:
    """Write the files of this repository that come from the models and the rules."""
    stale = [path for path in GENERATED if _is_stale(Path(path))]
    for path in stale:
        if check:
            say(f"{path} is stale; run {COMMAND} generate")
        else:
            Path(path).parent.mkdir(exist_ok=True)
            Path(path).write_text(GENERATED[path](), encoding="utf-8")
            say(f"wrote {path}")
    return ExitCode.ERRORS if check and stale else ExitCode.FINE


def _is_stale(path: Path) -> bool:
    written = path.read_text(encoding="utf-8") if path.exists() else None
    return written != GENERATED[str(path)]()
