"""The real command line: in this process, or in one of its own as a person runs it."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from topology.cli import terminal
from topology.cli.app import main

PROJECT = Path(__file__).parents[2]
_WIDTH = {"COLUMNS": "100"}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def topology(*arguments: str, folder: Path = PROJECT, stdin: str | bytes = b"") -> Ended:
    """`python -m topology …` in `folder`, without the start of a process."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    out, err = io.BytesIO(), io.BytesIO()
    with (
        contextlib.chdir(folder),
        mock.patch.dict(os.environ, _WIDTH),
        mock.patch.object(sys, "argv", [str(PROJECT / "topology" / "__main__.py"), *arguments]),
        mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8")),
        _written("stdout", out),
        _written("stderr", err),
        _as_loud_as_before(),
    ):
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return _ended(code, out.getvalue(), err.getvalue())


def process(*arguments: str, folder: Path = PROJECT, stdin: str | bytes = b"") -> Ended:
    """The same in a process of its own: for what depends on how a program starts and ends."""
    done = subprocess.run(
        [sys.executable, "-m", "topology", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT), **_WIDTH},
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        check=False,
        timeout=600,
    )
    return _ended(done.returncode, done.stdout, done.stderr)


def _ended(code: int, out: bytes, err: bytes) -> Ended:
    ended = Ended(code, out.decode(), err.decode())
    assert "Traceback" not in ended.out + ended.err
    return ended


@contextlib.contextmanager
def _written(name: str, raw: io.BytesIO) -> Iterator[None]:
    text = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
    with mock.patch.object(sys, name, text):
        yield
        text.flush()
        text.detach()


@contextlib.contextmanager
def _as_loud_as_before() -> Iterator[None]:
    """Takes back what `--quiet` and `--verbose` have set for the rest of a process."""
    loggers = [logging.getLogger(name) for name in terminal._LOGGERS]  # noqa: SLF001
    before = [(logger, logger.level, list(logger.handlers)) for logger in loggers]
    try:
        yield
    finally:
        terminal._quiet.clear()  # noqa: SLF001
        for logger, level, handlers in before:
            logger.setLevel(level)
            logger.handlers[:] = handlers
