"""The broker that the dev stack wants, read from its config as Pulumi will read it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from .folders import PROJECT

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")
OTHER_PORTS = (
    "To use other ports: pulumi config set rabbitmq:endpoint http://localhost:15673; "
    "pulumi config set rabbitmq-topology:amqpEndpoint amqp://localhost:5673"
)


class DevStackError(Exception):
    """The dev stack's config does not say which broker it wants."""


@dataclass(frozen=True)
class DevStack:
    """Where the dev stack looks for its broker, and as whom."""

    endpoint: str
    amqp_endpoint: str
    username: str
    password: str

    @classmethod
    def read(cls, file: Path | None = None) -> DevStack:
        """From Pulumi.dev.yaml."""
        file = file or PROJECT / "Pulumi.dev.yaml"
        try:
            content = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError) as error:
            raise DevStackError(f"{file.name} cannot be read: {error}") from error
        config = content.get("config") if isinstance(content, dict) else None
        if not isinstance(config, dict):
            raise DevStackError(f"{file.name} has no `config:` section.")

        def text(key: str) -> str:
            value = config.get(key)
            if not isinstance(value, str) or not value:
                raise DevStackError(f"{file.name}: `{key}` must be a plain text, and is not there.")
            return value

        stack = cls(
            endpoint=text("rabbitmq:endpoint").rstrip("/"),
            amqp_endpoint=text("rabbitmq-topology:amqpEndpoint").rstrip("/"),
            username=text("rabbitmq:username"),
            password=text("rabbitmq:password"),
        )
        for url in (stack.endpoint, stack.amqp_endpoint):
            _host_and_port(url)
        return stack

    @property
    def management(self) -> tuple[str, int]:
        """Host and port of the management API."""
        return _host_and_port(self.endpoint)

    @property
    def amqp(self) -> tuple[str, int]:
        """Host and port for AMQP clients."""
        return _host_and_port(self.amqp_endpoint)

    @property
    def startable(self) -> bool:
        """Whether a broker started on this machine, without TLS, can be the one it wants."""
        urls = (urlsplit(self.endpoint), urlsplit(self.amqp_endpoint))
        here = all(url.hostname in LOOPBACK_HOSTS for url in urls)
        return here and [url.scheme for url in urls] == ["http", "amqp"]


def _host_and_port(url: str) -> tuple[str, int]:
    defaults = {"http": 80, "https": 443, "amqp": 5672, "amqps": 5671}
    try:
        parts = urlsplit(url)
        port = parts.port or defaults[parts.scheme]
    except (ValueError, KeyError):
        parts, port = urlsplit(""), 0
    if not parts.hostname:
        raise DevStackError(f"{url!r} is no URL such as http://localhost:15672.")
    return parts.hostname, port
