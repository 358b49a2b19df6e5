"""Takes back what `make up` and `make demo` made: stacks, their objects, and the broker."""

from __future__ import annotations

import subprocess

from . import dev_broker, environment
from .console import say
from .engine import Engine, recorded
from .folders import PROJECT

STACKS = ("demo", "dev")


class CleanError(Exception):
    """Something of ours cannot be removed; the message says what and how to go on."""


def clean() -> None:
    """Leave nothing behind, neither here nor on a broker that was there before."""
    engine = recorded()
    for stack in STACKS:
        if engine and _pulumi(engine, "stack", "select", stack).returncode == 0:
            _remove_stack(engine, stack)
    dev_broker.clean()


def _remove_stack(engine: Engine, stack: str) -> None:
    # A broker of our own goes as a whole; on any other, each object is deleted by the program,
    # with its guards against losing messages.
    if not dev_broker.ours():
        say(f"Destroying the stack {stack!r} on the broker that it was applied to")
        destroyed = _pulumi(engine, "destroy", "--stack", stack, "--yes", "--run-program")
        if destroyed.returncode != 0:
            raise CleanError(
                f"The stack {stack!r} could not be destroyed, so nothing was removed:\n"
                f"{(destroyed.stderr or destroyed.stdout).strip()}"
            )
    removed = _pulumi(
        engine, "stack", "rm", stack, "--yes", "--force", "--preserve-config", "--remove-backups"
    )
    if removed.returncode != 0:
        raise CleanError(f"The stack {stack!r} could not be removed: {removed.stderr.strip()}")


def _pulumi(engine: Engine, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [f"{engine.programs}/pulumi", *arguments, "--non-interactive"],
        cwd=PROJECT,
        env=environment.mapping(engine),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
