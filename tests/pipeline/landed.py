"""The pipeline's stack, on a broker of a test."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from tests.support.api import Api
from tests.support.stack import Stack
from toolchain.engine import Engine
from toolchain.folders import PROJECT
from toolchain.node import Broker

EXAMPLE: Final = PROJECT / "examples" / "pipeline"
STACK_FILE: Final = PROJECT / "Pulumi.pipeline.yaml"

SERVICES: Final = ("ingest", "chunk", "embed", "infer", "postprocess", "portal")


def topology(vhost: str) -> dict[str, Any]:
    """The stack file's own, in a vhost of the test's, with retries that a test can wait for."""
    config = yaml.safe_load(STACK_FILE.read_text(encoding="utf-8"))["config"]
    found: dict[str, Any] = config["rabbitmq-topology:topology"]
    found["vhost"] = vhost
    found["extends"] = str(PROJECT / found["extends"])
    for profile in found["profiles"].values():
        profile["retry"]["delays"] = ["200ms", "400ms"]
    return found


@dataclass(frozen=True)
class Pipeline:
    """The stack as it was applied."""

    stack: Stack
    api: Api
    outputs: dict[str, Any]

    def run(self, documents: int, seconds: float) -> dict[str, Any]:
        """What comes out of the processes, as the example's own `run.py` says it."""
        done = subprocess.run(
            [sys.executable, str(EXAMPLE / "run.py"), str(documents)],
            input=json.dumps(self.outputs),
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        published, figures = done.stdout.splitlines()
        assert published.startswith(f"ingest: {documents} documents published")
        found: dict[str, Any] = json.loads(figures)
        return found

    def trespass(self, service: str, *tries: str) -> dict[str, bool]:
        """What a process that has the URL of this service is permitted to do."""
        done = subprocess.run(
            [sys.executable, str(EXAMPLE / "trespass.py"), *tries],
            env={"AMQP_URL": self.outputs["services"][service]["url"]},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        permitted: dict[str, bool] = json.loads(done.stdout)
        return permitted


@contextmanager
def landed(folder: Path, engine: Engine, broker: Broker) -> Iterator[Pipeline]:
    """Applies the stack; takes off the broker what it has made, its users too."""
    stack = Stack(folder, engine, broker, PROJECT)
    stack.configure(topology(stack.vhost))
    with Api(broker) as api:
        try:
            stack.up()
            outputs = {name: output.value for name, output in stack.outputs().items()}
            yield Pipeline(stack, api, outputs)
        finally:
            stack.clean()
            for user in SERVICES:
                api.delete("users", user)
