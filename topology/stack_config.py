"""The edge where Pulumi's config comes in: `Pulumi.<stack>.yaml` → plain values."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi

from .broker.connection import Connection
from .broker.tls import Tls
from .config_files import Layers, extended
from .config_files.stack_file import PROJECT, Origin, stack_file
from .endpoints import (
    AMQP_SCHEMES,
    MANAGEMENT_SCHEMES,
    endpoint_problems,
    proxy_problems,
    swapped_ports,
)
from .password_seed import FEWEST_CHARACTERS, PasswordSeed
from .problems import ConfigError, Problem

_PROVIDER = "rabbitmq"
_TRUE = ("1", "t", "true")


@dataclass(frozen=True, slots=True)
class StackConfig:
    """What a stack's config says, not yet looked into."""

    topology: Layers
    """The config dict, with what it extends."""
    connection: Connection
    """Where the broker is managed, and where clients connect."""
    password_seed: PasswordSeed
    """What generated passwords are made of."""
    offline: bool = False
    """Whether the broker must not be asked, as in a preview on a machine that cannot reach it."""

    @classmethod
    def read(cls) -> StackConfig:
        """Raises `ConfigError` with everything that is missing or malformed."""
        own, provider = pulumi.Config(PROJECT), pulumi.Config(_PROVIDER)
        problems: list[Problem] = []

        def required(config: pulumi.Config, key: str, variable: str, example: str) -> str:
            value = config.get(key) or os.environ.get(variable)
            if not value:
                path = (f"{config.name}:{key}",)
                hint = f"pulumi config set {config.name}:{key} {example}"
                problems.append(Problem(path, "is missing", hint))
            return value or ""

        config = cls(
            topology=_topology(_object(own, "topology", problems)),
            connection=Connection(
                amqp_endpoint=required(own, "amqpEndpoint", "", "amqp://localhost:5672"),
                management_endpoint=required(
                    provider, "endpoint", "RABBITMQ_ENDPOINT", "http://localhost:15672"
                ),
                username=required(provider, "username", "RABBITMQ_USERNAME", "NAME"),
                password=required(provider, "password", "RABBITMQ_PASSWORD", "--secret"),
                tls=Tls(
                    provider.get("cacertFile") or os.environ.get("RABBITMQ_CACERT"),
                    provider.get("clientcertFile") or os.environ.get("RABBITMQ_CLIENTCERT"),
                    provider.get("clientkeyFile") or os.environ.get("RABBITMQ_CLIENTKEY"),
                    insecure=_flag(provider, "insecure", problems)
                    or os.environ.get("RABBITMQ_INSECURE", "").lower() in _TRUE,
                ),
                proxy=provider.get("proxy") or os.environ.get("RABBITMQ_PROXY"),
            ),
            password_seed=PasswordSeed(
                f"{PROJECT}/{pulumi.get_stack()}", own.get("passwordSeed") or ""
            ),
            offline=_flag(own, "offline", problems),
        )
        problems.extend(_endpoint_problems(config.connection))
        problems.extend(_tls_problems(config.connection.tls))
        problems.extend(_seed_problems(config.password_seed))
        if problems:
            raise ConfigError(problems)
        return config


def _endpoint_problems(connection: Connection) -> Iterator[Problem]:
    if connection.amqp_endpoint:
        path = (f"{PROJECT}:amqpEndpoint",)
        yield from endpoint_problems(path, connection.amqp_endpoint, AMQP_SCHEMES)
        yield from swapped_ports(path, connection.amqp_endpoint, connection.management_endpoint)
    if connection.management_endpoint:
        path = (f"{_PROVIDER}:endpoint",)
        yield from endpoint_problems(path, connection.management_endpoint, MANAGEMENT_SCHEMES)
    if connection.proxy:
        yield from proxy_problems((f"{_PROVIDER}:proxy",), connection.proxy)


def _tls_problems(tls: Tls) -> Iterator[Problem]:
    # The provider would take neither, and say nothing.
    if tls.clientcert_file and not tls.clientkey_file:
        yield Problem((f"{_PROVIDER}:clientkeyFile",), "is missing, and clientcertFile is there")
    if tls.clientkey_file and not tls.clientcert_file:
        yield Problem((f"{_PROVIDER}:clientcertFile",), "is missing, and clientkeyFile is there")


def _seed_problems(seed: PasswordSeed) -> Iterator[Problem]:
    if 0 < len(seed.text) < FEWEST_CHARACTERS:
        message = f"has fewer than {FEWEST_CHARACTERS} characters: it could be guessed"
        hint = "openssl rand -hex 32 | pulumi config set --secret rabbitmq-topology:passwordSeed"
        yield Problem((f"{PROJECT}:passwordSeed",), message, hint)


def _topology(value: Any) -> Layers:
    folder = Path.cwd()  # Pulumi runs the program in its project folder
    origin = Origin(stack_file(folder, pulumi.get_stack()), value)
    return extended(value, folder, origin.locate)


def _object(config: pulumi.Config, key: str, problems: list[Problem]) -> Any:
    try:
        value = config.get_object(key)
    except pulumi.ConfigTypeError:
        problems.append(Problem((f"{config.name}:{key}",), "must be a map, not text"))
        return None
    if value is None:
        hint = "declare at least its vhost: {vhost: my-vhost}"
        problems.append(Problem((f"{config.name}:{key}",), "is missing", hint))
    return value


def _flag(config: pulumi.Config, key: str, problems: list[Problem]) -> bool:
    try:
        return config.get_bool(key) or False
    except pulumi.ConfigTypeError:
        problems.append(Problem((f"{config.name}:{key}",), "must be true or false"))
        return False
