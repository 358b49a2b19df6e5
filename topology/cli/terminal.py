"""Where words go, how many, and whether they may have colours."""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from threading import Event
from typing import Any, Final, TextIO

import typer

from ..problems import ConfigError, Problem

_LOGGERS: Final = ("httpx", "topology")
_quiet: Final = Event()


def is_plain(stream: TextIO) -> bool:
    """Whether what is written there is for a program, a file, or a person who wants no colours."""
    return (
        not stream.isatty() or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    )


def say(text: str) -> None:
    """One line beside the results, which alone go to standard output."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def note(text: str) -> None:
    """One line that `--quiet` leaves out: progress, and what is good to know."""
    if not _quiet.is_set():
        say(text)


def be_quiet() -> None:
    """From now on, notes are left out. Errors and warnings are not."""
    _quiet.set()


def be_verbose() -> None:
    """From now on, each request to a broker and each call of Pulumi is told, without secrets."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(logging.INFO)
        logger.addHandler(handler)


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
