"""The broker of another stack, from which `migrate --from` brings messages over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qs, urlsplit

from ..broker import BrokerError, probe
from ..check import check_layers
from ..endpoints import AMQP_SCHEMES, endpoint_problems
from ..migrate.source import Source
from ..problems import ConfigError, Problem
from .exit_code import UsageError
from .pulumi.component import chosen_config

_OPTION: Final = "--from-uri"


def other_broker(stack: str, uri: str | None, own: str) -> Source:
    """Raises `ConfigError` if its stack is unusable, and `BrokerError` if it does not answer."""
    if stack == own:
        raise UsageError("--from names the stack of another broker, and --stack the new one")
    try:
        config, _ = chosen_config(stack, None)
    except UsageError as error:
        raise UsageError(f"--from: stack {stack} has several Topology components") from error
    found = uri or config.connection.amqp_endpoint
    if problems := list(_uri_problems(found)):
        raise ConfigError(problems)
    try:
        with config.connection.management() as management:
            settled = check_layers(config.topology, probe(management)).usable()
    except BrokerError as error:
        raise BrokerError([_of(stack, problem) for problem in error.problems]) from None
    except ConfigError as error:
        raise ConfigError([_of(stack, problem) for problem in error.problems]) from None
    return Source(stack, config.connection, settled.topology.vhost.name, found)


def _of(stack: str, problem: Problem) -> Problem:
    return replace(problem, path=(f"stack {stack}", *problem.path))


def _uri_problems(uri: str) -> Iterator[Problem]:
    endpoint, _, parameters = uri.partition("?")
    yield from endpoint_problems((_OPTION,), endpoint, AMQP_SCHEMES)
    if urlsplit(endpoint).scheme == "amqps" and "verify" not in parse_qs(parameters):
        message = "does not say how the new broker checks the old one's certificate"
        hint = (
            "add, with a path on the new broker's nodes, "
            "?verify=verify_peer&cacertfile=/etc/rabbitmq/ca.pem"
        )
        yield Problem((_OPTION,), message, hint)
