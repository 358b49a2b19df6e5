"""A way to get a topology onto a broker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.command import Command
from benchmarks.landscape import Landscape
from benchmarks.operation import Operation
from toolchain.node import Broker


class Attempt(Protocol):
    """One contender with one landscape, in a folder and a vhost of its own."""

    def write(self, landscape: Landscape) -> None:
        """Writes down what is wanted from now on."""

    def command(self, operation: Operation) -> Command | None:
        """What does it, or None where this contender cannot."""

    def state_bytes(self) -> int | None:
        """How much is remembered between runs; None where nothing is."""


@dataclass(frozen=True, slots=True)
class Contender:
    """What is compared, and under which settings."""

    name: str
    settings: str
    attempt: Callable[[Path, Broker], Attempt]
    """The folder is not there yet."""
    largest: int | None = None
    """Above this many objects it is not run."""
