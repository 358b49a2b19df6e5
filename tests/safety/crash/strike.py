"""Kills a part of a running Pulumi command, at a moment that can be told again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import psutil

from tests.support.stack import SECONDS, Said, Stack

Victim = Literal["engine", "program", "provider"]
VICTIMS: tuple[Victim, ...] = ("engine", "program", "provider")

_COMMANDS: dict[Victim, str] = {
    "program": "pulumi-language-python-exec",
    "provider": "pulumi-resource-rabbitmq",
}
_LONGEST_DELAY = 0.3


@dataclass(frozen=True)
class Moment:
    """After so many lines of output, and a little later."""

    lines: int
    delay: float

    @classmethod
    def random(cls, chance: random.Random, lines: int) -> Moment:
        """Any moment of a command that says so many lines."""
        return cls(chance.randrange(lines), chance.uniform(0, _LONGEST_DELAY))


def kill(victim: Victim) -> Callable[[subprocess.Popen[str]], None]:
    """SIGKILL for the engine, or for one of the processes that it has started."""

    def strike(command: subprocess.Popen[str]) -> None:
        if victim == "engine":
            command.kill()
            return
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(command.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    if any(_COMMANDS[victim] in word for word in child.cmdline()):
                        child.kill()

    return strike


def struck(
    stack: Stack,
    command: tuple[str, ...],
    moment: Moment,
    strike: Callable[[subprocess.Popen[str]], None],
) -> Said:
    """Runs a command, strikes at the moment, and ends whatever is left of the command."""
    lines: list[str] = []
    process = stack.started(*command)
    deadline = threading.Timer(SECONDS, _end, (process,))
    deadline.start()
    stricken = False
    with process:
        try:
            assert process.stdout
            for line in process.stdout:
                lines.append(line)
                if not stricken and len(lines) > moment.lines:
                    stricken = True
                    time.sleep(moment.delay)
                    strike(process)
            process.wait()
        finally:
            deadline.cancel()
            _end(process)
    return Said(process.returncode, "".join(lines))


def _end(command: subprocess.Popen[str]) -> None:
    """Ends a command and what it has started: all are in the command's own process group."""
    with suppress(ProcessLookupError):
        os.killpg(command.pid, signal.SIGKILL)
