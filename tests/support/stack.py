"""Stacks: a program in a project folder, with a backend and a vhost of its own.

The engine has to be the first on PATH.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml
from pulumi import automation

from tests.support.api import Api
from toolchain.engine import Engine
from toolchain.node import Broker
from topology.cli.stack_keys import KEYS, PROVIDER

NAMESPACE = "rabbitmq-topology"
PASSPHRASE = "only for tests"
SECONDS = 600
_OF_PROVIDER = {key.name.partition(":")[2] for key in KEYS if key.name.startswith(f"{PROVIDER}:")}


@dataclass(frozen=True)
class Said:
    """What a command has said, and how it ended."""

    code: int
    text: str
    """Its stdout and stderr, as a person sees them."""


class RunFailed(Exception):
    """A run has failed; the message is what it said."""


class Stack:
    """One stack. Pulumi is driven through the Automation API, or as a person drives it."""

    def __init__(self, folder: Path, engine: Engine, broker: Broker, program: Path) -> None:
        self.token = uuid4().hex[:10]
        self.name = f"test-{self.token}"
        self.vhost = f"test-{self.token}"
        """A name for the vhost that no other stack has."""
        self.broker = broker
        self.folder = folder
        self.file = folder / f"Pulumi.{self.name}.yaml"
        self._pulumi = str(Path(engine.programs) / "pulumi")
        if not folder.exists():
            _lay_out(folder, program)
        self._automation = self._opened(automation.create_stack)

    def configure(self, topology: Any = None, **settings: str | None) -> None:
        """Writes the stack's config file. A setting that is None is left out.

        `settings` go by the names of the keys, those of the provider among them.
        """
        broker = self.broker
        config: dict[str, Any] = {
            "rabbitmq:endpoint": broker.management,
            "rabbitmq:username": broker.username,
            "rabbitmq:password": broker.password,
            f"{NAMESPACE}:amqpEndpoint": broker.amqp,
            f"{NAMESPACE}:topology": topology,
        }
        for key, value in settings.items():
            config[f"{'rabbitmq' if key in _OF_PROVIDER else NAMESPACE}:{key}"] = value
        content = yaml.safe_load(self.file.read_text()) if self.file.exists() else {}
        content["config"] = {key: value for key, value in config.items() if value is not None}
        self.file.write_text(yaml.dump(content, Dumper=_Quoting))

    def configure_program(self, namespace: str, **settings: str) -> None:
        """Writes the config of a program that reaches the broker by keys of its own."""
        broker = self.broker
        config = {
            "management": broker.management,
            "amqp": broker.amqp,
            "username": broker.username,
            **settings,
        }
        content = yaml.safe_load(self.file.read_text()) if self.file.exists() else {}
        content["config"] = {f"{namespace}:{key}": value for key, value in config.items()}
        self.file.write_text(yaml.safe_dump(content))
        self.set_secret(f"{namespace}:password", broker.password)

    def rename(self, name: str) -> None:
        """Goes on under another name, which Pulumi has given the stack and its config file."""
        self.name, self.file = name, self.folder / f"Pulumi.{name}.yaml"
        self._automation = self._opened(automation.select_stack)

    def _opened(self, take: Callable[..., automation.Stack]) -> automation.Stack:
        options = automation.LocalWorkspaceOptions(env_vars=self.settings)
        return take(self.name, work_dir=str(self.folder), opts=options)

    def up(self) -> str:
        """Applies the stack, and returns what was said. Raises `RunFailed`."""
        return self._succeed("up", "--yes", "--skip-preview")

    def counted_up(self) -> Mapping[str, int]:
        """Applies the stack: how many resources have seen which operation. Raises
        `automation.CommandError`."""
        changes = self._automation.up().summary.resource_changes or {}
        return {automation.OpType(operation).value: count for operation, count in changes.items()}

    def preview(self, *, refresh: bool = False) -> Mapping[str, int]:
        """How many resources would see which operation."""
        summary = self._automation.preview(refresh=refresh).change_summary
        return {automation.OpType(operation).value: count for operation, count in summary.items()}

    def expect_no_changes(self) -> None:
        """Raises `RunFailed` if the broker, the state or the config differ."""
        self._succeed("preview", "--refresh", "--expect-no-changes")

    def outputs(self) -> automation.OutputMap:
        """What other stacks get."""
        return self._automation.outputs()

    def state(self) -> list[dict[str, Any]]:
        """The resources that Pulumi remembers."""
        deployment = self._automation.export_stack().deployment or {}
        resources: list[dict[str, Any]] = deployment.get("resources", [])
        return resources

    def checkpoint_is_whole(self) -> bool:
        """Whether the backend is not in the middle of writing the state."""
        (file,) = self.folder.glob(f"backend/.pulumi/stacks/*/{self.name}.json")
        try:
            json.loads(file.read_text())
        except ValueError:
            return False
        return True

    def destroy(self) -> None:
        """Removes everything that the stack has made. Raises `RunFailed`."""
        self._succeed("destroy", "--yes", "--skip-preview", "--run-program")

    def set_secret(self, key: str, value: str, *, path: bool = False) -> None:
        """Sets a config key as `pulumi config set --secret` does."""
        self._automation.set_config(key, automation.ConfigValue(value, secret=True), path=path)

    def set_plain(self, key: str, value: str) -> None:
        """Sets a config key as `pulumi config set` does."""
        self._automation.set_config(key, automation.ConfigValue(value))

    def _succeed(self, *arguments: str) -> str:
        said = self.run(*arguments)
        if said.code:
            raise RunFailed(said.text)
        return said.text

    def run(self, *arguments: str) -> Said:
        """Runs `pulumi` as a person does who has nobody to answer questions."""
        with self.started(*arguments) as process:
            text, _ = process.communicate(timeout=SECONDS)
        return Said(process.returncode, text)

    def started(self, *arguments: str) -> subprocess.Popen[str]:
        """`pulumi` on its way, in a process group of its own, as a shell starts it."""
        return subprocess.Popen(
            [
                self._pulumi,
                "--non-interactive",
                "--color",
                "never",
                "--stack",
                self.name,
                *arguments,
            ],
            cwd=self.folder,
            env=os.environ | self.settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def command(self, *arguments: str) -> Said:
        """Runs `python -m topology` beside the stack's files, as a person does."""
        done = subprocess.run(
            [sys.executable, "-m", "topology", *arguments],
            cwd=self.folder,
            env=os.environ | self.settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return Said(done.returncode, done.stdout)

    def clean(self) -> None:
        """Takes off the broker whatever the stack has left there under its own names."""
        with Api(self.broker) as api:
            for vhost in api.vhosts():
                if self.token in vhost:
                    api.delete("vhosts", vhost)
            for user in api.users():
                if self.token in user:
                    api.delete("users", user)

    @property
    def settings(self) -> dict[str, str]:
        """Variables by which commands find the stack."""
        return {
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'backend'}?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }


class _Quoting(yaml.SafeDumper):
    """Quotes every text: Pulumi reads some as numbers that PyYAML would leave bare, like 1e3."""


_Quoting.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


def _lay_out(folder: Path, program: Path) -> None:
    (folder / "backend").mkdir(parents=True)
    for name in ("Pulumi.yaml", "__main__.py", "topology"):
        if (program / name).exists():
            (folder / name).symlink_to(program / name)
    (folder / "venv").symlink_to(sys.prefix)
