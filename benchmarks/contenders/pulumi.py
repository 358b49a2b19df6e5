"""Pulumi programs: this one, and the one that a provider's documentation leads to."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

import yaml

from benchmarks.command import Command
from benchmarks.landscape import Landscape
from benchmarks.operation import Operation
from tests.support.stack import NAMESPACE, Stack
from toolchain.engine import Engine
from toolchain.environment import tuning
from toolchain.folders import PROJECT
from toolchain.node import Broker

PLAIN_PORT = Path(__file__).parents[1] / "programs" / "plain_port"

_AT_ONCE: Final = ("--yes", "--skip-preview")
"""As `pipeline/up` does: the preview is measured by itself. OpenTofu, too, then plans only once."""

_COMMON: Final = {
    Operation.UP: ("up", *_AT_ONCE),
    Operation.PREVIEW: ("preview",),
    Operation.REFRESH: ("refresh", *_AT_ONCE),
    Operation.ONE_QUEUE: ("up", *_AT_ONCE),
    Operation.POLICIES: ("up", *_AT_ONCE),
    Operation.DESTROY: ("destroy", *_AT_ONCE),
}


class _Pulumi:
    """A stack of a program, with a backend of its own."""

    def __init__(
        self, engine: Engine, folder: Path, broker: Broker, program: Path, *, checkpoints: bool
    ) -> None:
        self.folder = folder
        self._stack = Stack(folder, engine, broker, program)
        skips = {"PULUMI_SKIP_CHECKPOINTS": "false" if checkpoints else "true"}
        self._settings = self._stack.settings | skips | tuning()

    def state_bytes(self) -> int | None:
        (file,) = self.folder.glob(f"backend/.pulumi/stacks/*/{self._stack.name}.json")
        return file.stat().st_size

    def _pulumi(self, *arguments: str) -> Command:
        options = ("--non-interactive", "--color", "never", "--stack", self._stack.name)
        return Command(("pulumi", *options, *arguments), self.folder, self._settings)


class ThisProgram(_Pulumi):
    """As the README says to use it."""

    def __init__(
        self, engine: Engine, folder: Path, broker: Broker, *, checkpoints: bool = False
    ) -> None:
        super().__init__(engine, folder, broker, PROJECT, checkpoints=checkpoints)
        self._file = folder / "topology.yaml"

    def write(self, landscape: Landscape) -> None:
        self._stack.configure({"extends": self._file.name})
        self._file.write_text(yaml.safe_dump(landscape.config()))

    def command(self, operation: Operation) -> Command | None:
        match operation:
            case Operation.DESTROY:
                return self._pulumi(*_COMMON[operation], "--run-program")
            case Operation.CHECK:
                return self._topology("check", str(self._file))
            case Operation.START:
                return self._topology("--help")
            case _:
                return self._pulumi(*_COMMON[operation])

    def _topology(self, *arguments: str) -> Command:
        return Command((sys.executable, "-m", "topology", *arguments), PROJECT)


class PlainPort(_Pulumi):
    """A program without anything that this one adds: it registers resources, and that is all."""

    def __init__(self, engine: Engine, folder: Path, broker: Broker) -> None:
        super().__init__(engine, folder, broker, PLAIN_PORT, checkpoints=False)
        self._file = folder / "landscape.json"

    def write(self, landscape: Landscape) -> None:
        self._stack.configure(amqpEndpoint=None)
        config = yaml.safe_load(self._stack.file.read_text())
        config["config"][f"{NAMESPACE}:landscape"] = str(self._file)
        self._stack.file.write_text(yaml.safe_dump(config))
        self._file.write_text(json.dumps(landscape.definitions()))

    def command(self, operation: Operation) -> Command | None:
        return self._pulumi(*_COMMON[operation]) if operation in _COMMON else None
