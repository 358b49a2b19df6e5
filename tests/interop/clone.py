"""A clone of the project as a newcomer has it, with a backend of its own, to run the demo in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.support.virtualenv import virtualenv
from toolchain.engine import Engine
from toolchain.folders import PROJECT
from toolchain.node import Broker

STACK, DEMO = "dev", "demo"
SECONDS = 180
_OWN = ("PULUMI_", "RABBITMQ_", "AMQP_")
"""Variables by which a person's shell would reach into the tests."""
_PROGRAM = """\
import json, pulumi

for name, value in json.loads({outputs!r}).items():
    pulumi.export(name, value)
"""


def demo_vhost(vhost: str) -> str:
    """The vhost of the demo's stack beside that of the dev stack."""
    return f"{vhost}-demo"


class Clone:
    """The topology's stacks and the consumer's, side by side."""

    def __init__(self, folder: Path, engine: Engine, broker: Broker) -> None:
        self.folder = folder
        self.consumer = folder / "examples" / "consumer"
        self._broker = broker
        self._pulumi = str(Path(engine.programs) / "pulumi")
        self._environment = self._settings(engine)
        (folder / "state").mkdir()
        (folder / "venv").symlink_to(sys.prefix)
        (folder / "topology").symlink_to(PROJECT / "topology")
        for name in ("Pulumi.yaml", "__main__.py", f"Pulumi.{DEMO}.yaml"):
            shutil.copy(PROJECT / name, folder)
        # The demo finds the project from where it is itself.
        shutil.copytree(
            PROJECT / "examples", folder / "examples", ignore=shutil.ignore_patterns("__pycache__")
        )

    def apply_topology(self, vhost: str) -> None:
        """What `make up` does, on the test's broker and with a vhost of the test's own."""
        content = yaml.safe_load((PROJECT / f"Pulumi.{STACK}.yaml").read_text())
        content["config"] |= {
            "rabbitmq:endpoint": self._broker.management,
            "rabbitmq:username": self._broker.username,
            "rabbitmq:password": self._broker.password,
            "rabbitmq-topology:amqpEndpoint": self._broker.amqp,
        }
        content["config"]["rabbitmq-topology:topology"]["vhost"] = vhost
        (self.folder / f"Pulumi.{STACK}.yaml").write_text(yaml.safe_dump(content))
        # The demo takes the broker from the dev stack, and keeps its own vhost.
        file = self.folder / f"Pulumi.{DEMO}.yaml"
        file.write_text(file.read_text().replace("my-demo", demo_vhost(vhost)))
        self._up()

    def apply_outputs(self, **outputs: Any) -> None:
        """A stack of the topology's name with these outputs and nothing else."""
        program = _PROGRAM.format(outputs=json.dumps(outputs))
        (self.folder / "__main__.py").write_text(program)
        config = (self.folder / "Pulumi.yaml").read_text().partition("\nconfig:")[0]
        (self.folder / "Pulumi.yaml").write_text(config + "\n")
        self._up()

    def destroy_topology(self) -> None:
        self._pulumi_in(self.folder, "destroy", "--yes", "--run-program")

    def configure_consumer(self, key: str, value: str) -> None:
        self._select(self.consumer)
        self._pulumi_in(self.consumer, "config", "set", key, value)

    def demo(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """What `make demo` does."""
        return self._run([sys.executable, "-m", "examples.consumer.demo"], **environment)

    def _up(self) -> None:
        self._select(self.folder)
        self._pulumi_in(self.folder, "up", "--yes", "--skip-preview")

    def _select(self, folder: Path) -> None:
        self._pulumi_in(folder, "stack", "select", "--create")

    def _pulumi_in(self, folder: Path, *arguments: str) -> None:
        """Runs a command that has to go well."""
        done = self._run(
            [
                *(self._pulumi, *arguments, "--stack", STACK),
                *("--cwd", str(folder), "--non-interactive"),
            ]
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def _run(self, command: list[str], **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self._environment | more,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def _settings(self, engine: Engine) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OWN)}
        first = [str(virtualenv() / "bin"), str(Path(sys.executable).parent), engine.programs]
        return (
            inherited
            | engine.environment()
            | {
                "PATH": os.pathsep.join([*first, os.environ["PATH"]]),
                "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}",
                "PULUMI_CONFIG_PASSPHRASE": "dev",
                "PULUMI_SKIP_UPDATE_CHECK": "true",
            }
        )
