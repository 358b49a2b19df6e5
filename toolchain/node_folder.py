"""The folder of a private RabbitMQ node: its configuration, its data, and what runs from it."""

from __future__ import annotations

import json
import os
import random
import secrets
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from .plugins import PLUGINS
from .process import Process

LOOPBACK = "127.0.0.1"
CANDIDATES = range(20_000, 32_000)
NODE_NAME = "topology@localhost"


def taken(port: int) -> bool:
    """Whether somebody listens on the port or is connected from it."""
    with socket.socket() as attempt:
        # As servers do: connections that have ended do not keep a port.
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((LOOPBACK, port))
        except OSError:
            return True
        return False


def free_ports(count: int) -> list[int]:
    """Different free ports, outside the range from which systems number outgoing connections."""
    candidates = random.sample(CANDIDATES, k=100 * count)
    return list(islice((port for port in candidates if not taken(port)), count))


@dataclass(frozen=True)
class Run:
    """What another process must know to find, stop or restart the node."""

    management_port: int
    amqp_port: int
    prometheus_port: int
    dist_port: int
    epmd_port: int
    server: Process | None = None
    epmd: Process | None = None

    @classmethod
    def new(cls, management_port: int | None, amqp_port: int | None) -> Run:
        """Ports for a node that never ran, free ones where none is asked for."""
        management, amqp, prometheus, dist, epmd = free_ports(5)
        return cls(
            management_port=management_port or management,
            amqp_port=amqp_port or amqp,
            prometheus_port=prometheus,
            dist_port=dist,
            epmd_port=epmd,
        )

    @property
    def ports(self) -> tuple[int, ...]:
        """All that the node listens on; its port mapper's is not among them."""
        return (self.management_port, self.amqp_port, self.prometheus_port, self.dist_port)


class NodeFolder:
    """Reads and writes one node's folder; knows nothing of starting and stopping."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.log = self.path / "log" / "node.log"
        self.console = self.path / "log" / "console.log"

    def load(self) -> Run | None:
        """What was recorded last, or None where no node was ever started."""
        try:
            data = json.loads((self.path / "node.json").read_text())
        except FileNotFoundError:
            return None
        for name in ("server", "epmd"):
            data[name] = Process(**data[name]) if data[name] else None
        return Run(**data)

    def save(self, run: Run) -> None:
        """Record it whole or not at all."""
        draft = self.path / "node.json.new"
        draft.write_text(json.dumps(asdict(run), indent=2) + "\n")
        draft.replace(self.path / "node.json")

    def write_configuration(
        self, run: Run, username: str, password: str, settings: Mapping[str, str]
    ) -> None:
        """Everything the server reads at its start."""
        for name in ("data", "log", "home", "config"):
            (self.path / name).mkdir(parents=True, exist_ok=True)
        (self.path / "enabled_plugins").write_text(f"[{','.join(PLUGINS)}].\n")
        (self.path / "rabbitmq.conf").write_text(
            f"listeners.tcp.local = {LOOPBACK}:{run.amqp_port}\n"
            f"management.tcp.ip = {LOOPBACK}\n"
            f"management.tcp.port = {run.management_port}\n"
            f"prometheus.tcp.ip = {LOOPBACK}\n"
            f"prometheus.tcp.port = {run.prometheus_port}\n"
            f"log.file = {self.log.name}\n"
            + "".join(f"{key} = {value}\n" for key, value in settings.items())
        )
        # As byte lists: no quoting rule of the configuration format matters then.
        user, secret = (_bytes_term(text) for text in (username, password))
        self._write_private(
            "advanced.config",
            f"[{{rabbit, [{{default_user, {user}}}, {{default_pass, {secret}}}]}}].\n",
        )
        cookie = self.path / "home" / ".erlang.cookie"
        if not cookie.exists():
            self._write_private("home/.erlang.cookie", secrets.token_hex(20))
            cookie.chmod(0o400)

    def environment(self, run: Run) -> dict[str, str]:
        """The server's environment, free of any RabbitMQ or Erlang setting of the caller."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("RABBITMQ_", "ERL_")) and name != "NOTIFY_SOCKET"
        }
        return inherited | {
            "HOME": str(self.path / "home"),
            "LC_ALL": "C.UTF-8",
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "ERL_EPMD_PORT": str(run.epmd_port),
            # The script then becomes the node instead of watching over it: one process to end.
            "RABBITMQ_ALLOW_INPUT": "1",
            "RABBITMQ_CONF_ENV_FILE": str(self.path / "no-rabbitmq-env.conf"),
            "RABBITMQ_NODENAME": NODE_NAME,
            "RABBITMQ_CONFIG_FILE": str(self.path / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.path / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.path / "enabled_plugins"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(self.path / "config"),
            "RABBITMQ_MNESIA_BASE": str(self.path / "data"),
            "RABBITMQ_LOG_BASE": str(self.path / "log"),
            "RABBITMQ_PID_FILE": str(self.path / "node.pid"),
            "RABBITMQ_DIST_PORT": str(run.dist_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }

    def last_words(self) -> str:
        """The end of what the node wrote, for the message when it fails."""
        for path in (self.console, self.log):
            text = path.read_text(errors="replace").strip() if path.is_file() else ""
            if text:
                return f" The end of {path}:\n" + "\n".join(text.splitlines()[-15:])
        return ""

    def _write_private(self, name: str, text: str) -> None:
        path = self.path / name
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(text)


def _bytes_term(text: str) -> str:
    return f"<<{','.join(str(byte) for byte in text.encode())}>>"
