"""A command that runs for some time and may fail, followed line by line."""

from __future__ import annotations

import os
import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any


def run(
    command: Sequence[str],
    failure: type[Exception],
    *,
    folder: Path | None = None,
    settings: Mapping[str, str] | None = None,
    output: IO[Any] | None = None,
    on_line: Callable[[], None] | None = None,
) -> None:
    """Runs it to its end; each line that it prints is told of, and the last ones explain a failure.

    With `output`, its results go there, and the lines are those of its messages (stderr) alone.
    Raises `failure` where it exits with anything but 0.
    """
    last: deque[str] = deque(maxlen=5)
    with subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | dict(settings or {}),
        stdin=subprocess.DEVNULL,
        stdout=output or subprocess.PIPE,
        stderr=subprocess.PIPE if output else subprocess.STDOUT,
        text=True,
    ) as process:
        lines = process.stderr if output else process.stdout
        assert lines is not None
        for line in lines:
            last.append(line.strip())
            if on_line:
                on_line()
    if process.returncode != 0:
        # What is run, without its arguments: `go build -v`, `debootstrap --variant=minbase`.
        raise failure(f"`{' '.join(command[:3])}` failed: {' | '.join(last)}")
