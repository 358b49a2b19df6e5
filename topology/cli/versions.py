"""`--rabbitmq-version`, as commands take it."""

from __future__ import annotations

from ..version import OLDEST, BrokerFacts, Version
from .exit_code import UsageError


def broker_facts(text: str | None) -> BrokerFacts | None:
    """The broker that is meant, or None where none is named. Raises `UsageError`."""
    if text is None:
        return None
    try:
        version = Version.parse(text)
    except ValueError:
        message = "--rabbitmq-version: is not a RabbitMQ version such as 4.3 or 3.13.7"
        raise UsageError(message) from None
    if version < OLDEST:
        message = f"--rabbitmq-version: RabbitMQ {OLDEST} is the oldest that is known"
        raise UsageError(message)
    return BrokerFacts(version)
