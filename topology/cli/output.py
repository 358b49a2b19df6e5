"""Where a report goes that was asked for as Markdown or JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import typer

from ..problems import ConfigError, Problem

_STDOUT = "-"


def check_outputs(*, json: bool, markdown: str | None) -> None:
    """Raises `typer.BadParameter` if both would go to standard output."""
    if json and markdown == _STDOUT:
        message = "goes to standard output, as does --json; name a file for one of them"
        raise typer.BadParameter(message, param_hint="--markdown")


def print_json(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def write(target: str, text: str) -> None:
    """Writes to a file, or to standard output for `-`. Raises `ConfigError`."""
    if target == _STDOUT:
        sys.stdout.write(text)
        return
    try:
        Path(target).write_text(text, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError([Problem((), f"{target} cannot be written: {reason}")]) from None
