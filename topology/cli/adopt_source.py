"""Where `adopt` reads: a definitions file, or a live broker."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import typer

from ..adopt import Found, read_definitions
from ..adopt.broker import read_broker
from ..broker import Management
from ..broker.tls import Tls
from ..endpoints import AMQP_SCHEMES, MANAGEMENT_SCHEMES, endpoint_problems
from ..problems import ConfigError, Problem, did_you_mean
from ..version import Version
from .exit_code import UsageError


@dataclass(frozen=True, slots=True)
class Source:
    """What to read, and what the stack files say of the broker."""

    file: Path | None
    endpoint: str
    username: str
    password: str | None = field(repr=False)
    amqp_endpoint: str

    @property
    def origin(self) -> str:
        """For people."""
        return self.file.name if self.file else self.endpoint

    def read(self, vhosts: Sequence[str], version: Version | None) -> Found:
        """Raises `ConfigError`, and `UsageError` for a file that there is not."""
        problems = [
            *endpoint_problems(("--endpoint",), self.endpoint, MANAGEMENT_SCHEMES),
            *endpoint_problems(("--amqp-endpoint",), self.amqp_endpoint, AMQP_SCHEMES),
        ]
        if problems:
            raise ConfigError(problems)
        if self.file is not None:
            return self._of_file(vhosts, version)
        if version is not None:
            raise UsageError("--rabbitmq-version is for definitions files; a broker tells its own")
        with Management(
            self.endpoint,
            self.username,
            self._password(),
            _tls(),
            proxy=os.environ.get("RABBITMQ_PROXY"),
        ) as management:
            return read_broker(management, vhosts)

    def _of_file(self, vhosts: Sequence[str], version: Version | None) -> Found:
        own = vhosts[0] if len(vhosts) == 1 else None
        found = read_definitions(_document(self.file or Path()), vhost=own, version=version)
        if not vhosts:
            return found
        if missing := [name for name in vhosts if name not in found.vhosts]:
            raise ConfigError(
                Problem((), f"the file has no vhost {name}", did_you_mean(name, found.vhosts))
                for name in missing
            )
        chosen = {name: found.vhosts[name] for name in vhosts}
        return Found(found.facts, chosen, {}, found.global_parameters, found.rights)

    def _password(self) -> str:
        if self.password is not None:
            return self.password
        if sys.stdin.isatty() and sys.stderr.isatty():
            asked: str = typer.prompt(f"Password of {self.username}", hide_input=True, err=True)
            return asked
        hint = f"set RABBITMQ_PASSWORD to the password of {self.username}"
        raise ConfigError([Problem((), "the broker's password is not known", hint)])


def _tls() -> Tls:
    return Tls(
        os.environ.get("RABBITMQ_CACERT"),
        os.environ.get("RABBITMQ_CLIENTCERT"),
        os.environ.get("RABBITMQ_CLIENTKEY"),
    )


def _document(file: Path) -> object:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not text") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(f"{file} cannot be read: {reason}") from None
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        place = f"{file}:{error.lineno}" if isinstance(error, json.JSONDecodeError) else str(file)
        raise ConfigError([Problem((), "is no JSON", source=place)]) from None
    return document
