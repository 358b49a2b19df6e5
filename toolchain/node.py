"""A private RabbitMQ node from a locally installed `rabbitmq-server`.

The node shares nothing with the system's own: it has its own name, folders, ports, port
mapper and cookie, listens on the loopback address alone, and needs no privileges. Stopping it
keeps its data; the next start of the same folder finds it again, from any process.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from .node_folder import LOOPBACK, NodeFolder, Run, taken
from .process import Process

START_SECONDS = 120.0
DEBIAN_HOMES = Path("/usr/lib/rabbitmq/lib")


class NodeError(Exception):
    """The node cannot do what was asked; the message says why and what would help."""


@dataclass(frozen=True)
class Broker:
    """How to reach a running RabbitMQ: URLs without a trailing slash or credentials."""

    management: str
    amqp: str
    username: str
    password: str
    version: str
    origin: str
    metrics: str = ""
    """What rabbitmq_prometheus exports; empty where that is not known."""


def installed_server() -> Path | None:
    """The newest local `rabbitmq-server` script that can run as this user, or None.

    Debian's /usr/sbin wrapper switches to the system's user and node, so the script below it
    is taken; elsewhere (Homebrew, generic archives) the one on PATH is the script itself.
    """
    if home := os.environ.get("RABBITMQ_HOME"):
        script = Path(home) / "sbin" / "rabbitmq-server"
        return script if script.is_file() else None
    packaged = DEBIAN_HOMES.glob("rabbitmq_server-*/sbin/rabbitmq-server")
    if newest := max(packaged, key=_version_in_path, default=None):
        return newest
    found = shutil.which("rabbitmq-server")
    return Path(found).resolve() if found else None


def _version_in_path(script: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", script.parts[-3])]


class PrivateNode:
    """One node in one folder. Ports not given are chosen once and kept for the folder."""

    def __init__(
        self,
        folder: Path,
        *,
        management_port: int | None = None,
        amqp_port: int | None = None,
        username: str = "guest",
        password: str = "guest",  # noqa: S107 - RabbitMQ's own default
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """`settings` are further keys of `rabbitmq.conf`, such as those of TLS listeners."""
        self.folder = NodeFolder(folder)
        self.username = username
        self.password = password
        self._wanted_ports = (management_port, amqp_port)
        self._settings = dict(settings or {})
        self._children: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """Whether the node's process lives, started by this process or by another."""
        run = self.folder.load()
        return run is not None and run.server is not None and run.server.alive

    @property
    def broker(self) -> Broker:
        """The running node as tests and tools address it."""
        run = self.folder.load()
        overview = self._overview(run) if run and self.running else None
        if run is None or overview is None:
            raise NodeError(f"The private RabbitMQ node in {self.folder.path} is not running.")
        return self._describe(run, overview)

    @property
    def metrics(self) -> str:
        """URL of the node's Prometheus metrics."""
        run = self.folder.load()
        if run is None:
            raise NodeError(f"No RabbitMQ node was ever started in {self.folder.path}.")
        return f"http://{LOOPBACK}:{run.prometheus_port}/metrics"

    def start(self) -> Broker:
        """Start the node, or find it running, and return once clients can connect."""
        script = installed_server()
        if script is None:
            raise NodeError(
                "No local rabbitmq-server was found; install it (Debian and Ubuntu: "
                "apt-get install rabbitmq-server; macOS: brew install rabbitmq)."
            )
        if self.running:
            return self._wait_until_ready()
        run = self.folder.load() or Run.new(*self._wanted_ports)
        management, amqp = self._wanted_ports
        run = replace(
            run,
            management_port=management or run.management_port,
            amqp_port=amqp or run.amqp_port,
        )
        if busy := [port for port in run.ports if taken(port)]:
            raise NodeError(
                f"Port {busy[0]}, which the private RabbitMQ node needs, is used by another "
                "program; end that program, or choose other ports."
            )
        self.folder.write_configuration(run, self.username, self.password, self._settings)
        run = replace(run, epmd=self._start_epmd(run))
        self.folder.save(run)
        self.folder.save(replace(run, server=self._spawn([str(script), "-noinput"], run)))
        try:
            return self._wait_until_ready()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Shut the node down in good order, keeping its data. Stopping twice is fine."""
        self._end(gently=True)

    def kill(self) -> None:
        """Crash the node (SIGKILL): nothing is flushed, as when a machine loses power."""
        self._end(gently=False)

    def restart(self) -> Broker:
        """Stop and start again with the same data and ports."""
        self.stop()
        return self.start()

    def _spawn(self, command: list[str], run: Run) -> Process:
        with self.folder.console.open("ab") as console:
            child = subprocess.Popen(
                command,
                cwd=self.folder.path,
                env=self.folder.environment(run),
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,
            )
        self._children.append(child)
        return Process.of(child.pid)

    def _start_epmd(self, run: Run) -> Process:
        """A port mapper of our own, since one that Erlang starts would outlive the node."""
        if run.epmd and run.epmd.alive:
            return run.epmd
        epmd = shutil.which("epmd")
        if epmd is None:
            raise NodeError("Erlang's epmd is not on PATH; rabbitmq-server needs it.")
        return self._spawn([epmd, "-port", str(run.epmd_port), "-address", LOOPBACK], run)

    def _end(self, *, gently: bool) -> None:
        run = self.folder.load()
        if run is None:
            return
        for process in (run.server, run.epmd):
            if process:
                process.end(gently=gently)
        self.folder.save(replace(run, server=None, epmd=None))
        self._children = [child for child in self._children if child.poll() is None]

    def _overview(self, run: Run) -> dict[str, Any] | None:
        url = f"http://{LOOPBACK}:{run.management_port}/api/overview"
        try:
            answer = httpx.get(url, auth=(self.username, self.password), timeout=5, trust_env=False)
        except httpx.HTTPError:
            return None
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise NodeError(
                f"The private RabbitMQ node in {self.folder.path} was made with another user or "
                "password; use those, or remove the folder to start afresh."
            )
        return answer.json() if answer.is_success else None

    def _wait_until_ready(self) -> Broker:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            run = self.folder.load()
            if run is None or not self.running:
                raise NodeError(
                    f"The private RabbitMQ node ended while starting.{self.folder.last_words()}"
                )
            overview = self._overview(run) or {}
            # The API answers before clients may connect: the AMQP listener comes last.
            if any(entry["protocol"] == "amqp" for entry in overview.get("listeners", [])):
                return self._describe(run, overview)
            time.sleep(0.2)
        raise NodeError(
            f"The private RabbitMQ node did not answer in {START_SECONDS:.0f} s."
            f"{self.folder.last_words()}"
        )

    def _describe(self, run: Run, overview: dict[str, Any]) -> Broker:
        return Broker(
            management=f"http://{LOOPBACK}:{run.management_port}",
            amqp=f"amqp://{LOOPBACK}:{run.amqp_port}",
            username=self.username,
            password=self.password,
            version=overview["rabbitmq_version"],
            origin="private node",
            metrics=self.metrics,
        )
