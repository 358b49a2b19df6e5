"""No tool at all: the management API, called by a small program."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final

from benchmarks.command import Command
from benchmarks.landscape import Landscape
from benchmarks.operation import Operation
from toolchain.folders import PROJECT
from toolchain.node import Broker

_CAN: Final = {
    "each": (Operation.UP, Operation.ONE_QUEUE, Operation.POLICIES, Operation.DESTROY),
    "import": (Operation.UP, Operation.ONE_QUEUE, Operation.POLICIES),
}


class Http:
    """`benchmarks.contenders.calls`, which knows the wanted topology and remembers nothing."""

    def __init__(self, way: str, folder: Path, broker: Broker) -> None:
        self._way = way
        folder.mkdir(parents=True)
        self._file = folder / "definitions.json"
        self._broker = folder / "broker.json"
        self._broker.write_text(json.dumps(asdict(broker)))

    def write(self, landscape: Landscape) -> None:
        self._file.write_text(json.dumps(landscape.definitions()))

    def command(self, operation: Operation) -> Command | None:
        if operation not in _CAN[self._way]:
            return None
        files = (str(self._file), str(self._broker))
        verb = (sys.executable, "-m", "benchmarks.contenders.calls", self._way, operation.value)
        return Command((*verb, *files), PROJECT)

    def state_bytes(self) -> int | None:
        return None
