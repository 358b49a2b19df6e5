"""A real broker with a definitions file in it, and the stacks that `adopt` makes of it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from tests.adopt.documents import ONE_VHOST, document, fit_for, renamed
from tests.support.stack import SECONDS, Said, Stack
from toolchain.node import Broker


class Adopted:
    """Everything as an operator does it: each command in a shell, in a folder of its own."""

    def __init__(self, stack: Stack, name: str | None = None) -> None:
        """`stack` lends its folder, its backend and its token; `name` is of a definitions file to
        load."""
        self.stack, self.broker, self.folder = stack, stack.broker, stack.folder
        self.token = stack.token
        (self.folder / "schema").symlink_to(Path(__file__).parents[2] / "schema")
        self.vhosts: list[str] = []
        if name is not None:
            self._load(name)

    def _load(self, name: str) -> None:
        self.definitions = fit_for(renamed(document(name), self.token), version(self.broker))
        self.vhosts = [vhost["name"] for vhost in self.definitions["vhosts"]]
        if name == ONE_VHOST:
            self.vhosts = [f"{name}-{self.token}"]
            self._send("PUT", f"vhosts/{self._path(self.vhosts[0])}", {})
            self._send("POST", f"definitions/{self._path(self.vhosts[0])}", self.definitions)
        else:
            self._send("POST", "definitions", self.definitions)

    def adopt(self, *arguments: str) -> dict[str, Any]:
        """What `adopt --json` says of the vhosts of this test."""
        vhosts = [part for vhost in self.vhosts for part in ("--vhost", vhost)]
        said = self.shell(
            "python -m topology adopt --json "
            + shlex.join(["--amqp-endpoint", self.broker.amqp, *vhosts, *arguments])
        )
        assert said.code == 0, said.text
        told: dict[str, Any] = json.loads(said.text)
        return told

    def take_over(self, told: dict[str, Any]) -> list[str]:
        """Runs the printed commands; all must go well. Returns the names of the stacks."""
        for one in told["stacks"]:
            for command in one["commands"]:
                said = self.shell(command)
                assert said.code == 0, f"{command}\n{said.text}"
        return [one["stack"] for one in told["stacks"]]

    def shell(self, command: str) -> Said:
        """A command as it is printed, and what it says on both of its outputs."""
        done = subprocess.run(
            ["/bin/bash", "-c", command],
            cwd=self.folder,
            env=os.environ
            | self.stack.settings
            | {
                "RABBITMQ_ENDPOINT": self.broker.management,
                "RABBITMQ_USERNAME": self.broker.username,
                "RABBITMQ_PASSWORD": self.broker.password,
                "PULUMI_CONFIG_PASSPHRASE": self.stack.settings["PULUMI_CONFIG_PASSPHRASE"],
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if " --json" not in command else subprocess.PIPE,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return Said(done.returncode, done.stdout + (done.stderr or "" if done.returncode else ""))

    def exported(self, vhost: str) -> dict[str, Any]:
        """What the broker has in a vhost."""
        answer = self._send("GET", f"definitions/{self._path(vhost)}")
        found: dict[str, Any] = answer.json()
        # RabbitMQ lists objects in no order that it promises.
        lists = (value for value in found.values() if isinstance(value, list))
        for value in lists:
            value.sort(key=lambda one: json.dumps(one, sort_keys=True))
        return found

    def _send(self, method: str, path: str, body: Any = None) -> httpx.Response:
        answer = httpx.request(
            method,
            f"{self.broker.management}/api/{path}",
            auth=(self.broker.username, self.broker.password),
            json=body,
            timeout=240,
        )
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    @staticmethod
    def _path(vhost: str) -> str:
        return quote(vhost, safe="")


def version(broker: Broker) -> tuple[int, int]:
    """Major and minor."""
    major, minor = broker.version.split(".")[:2]
    return int(major), int(minor)
