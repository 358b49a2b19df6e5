"""What is done before the state of a stack is written: the engine is one whose state is known, and
the state as it was is kept."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from .exit_code import UsageError
from .pulumi.stack_state import carry_out

TRIED_ENGINES: Final = ("3.259",)
"""Major and minor versions of the Pulumi CLI with which a state that was written here was read,
refreshed, updated and destroyed by tests."""

ANY_ENGINE: Final = "--any-engine"
_FOLDER: Final = Path(".topology") / "states"


def require_tried_engine() -> None:
    """Raises `UsageError` for a version of the CLI whose states were not tried."""
    answer = carry_out("its version", ["version"]).strip()
    found = re.match(r"v?(\d+\.\d+)\.", answer)
    if found is None or found[1] not in TRIED_ENGINES:
        tried = ", ".join(f"{version}.x" for version in TRIED_ENGINES)
        raise UsageError(
            f"--import: Pulumi {answer} was not tried; the state is written for {tried}. "
            f"{ANY_ENGINE} goes on: the state is kept in a file first"
        )


def back_up_state(stack: str) -> Path:
    """The file with the state as it is, secrets encrypted as Pulumi's backend has them. Pulumi
    takes it back with `pulumi stack import --file FILE`. Git ignores its folder."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    ignored = _FOLDER.parent / ".gitignore"
    if not ignored.exists():
        ignored.write_text("*\n", encoding="utf-8")
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    file = _FOLDER / f"{stack.replace('/', '.')}-{moment}.json"
    carry_out(
        f"keep the state of stack {stack}",
        ["stack", "export", "--stack", stack, "--file", str(file)],
    )
    return file
