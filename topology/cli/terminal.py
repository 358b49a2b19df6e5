"""Where words go, how many, and whether they may have colours."""

from __future__ import annotations

import logging
import os
import sys
from threading import Event
from typing import Final, TextIO

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
