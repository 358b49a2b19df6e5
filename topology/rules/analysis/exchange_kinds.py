"""The exchange types that RabbitMQ and its plugins offer, and the arguments they read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ...version import NEWEST, OLDEST, Version


@dataclass(frozen=True, slots=True)
class ExchangeKind:
    """One exchange type."""

    plugin: str | None = None
    """The plugin that brings it; None for RabbitMQ itself."""
    since: Version = OLDEST
    core_since: Version | None = None
    """Since when RabbitMQ has it without the plugin."""
    arguments: tuple[str, ...] = ()
    """What it reads besides `alternate-exchange`."""
    needs_number: str | None = None
    """An argument that must be a number, which the provider cannot send."""

    def known(self, version: Version) -> bool:
        return self.since <= min(version, NEWEST)

    def plugin_for(self, version: Version) -> str | None:
        core = self.core_since is not None and self.core_since <= min(version, NEWEST)
        return None if core else self.plugin


EXCHANGE_KINDS: Final[Mapping[str, ExchangeKind]] = {
    "direct": ExchangeKind(),
    "fanout": ExchangeKind(),
    "topic": ExchangeKind(),
    "headers": ExchangeKind(),
    "x-local-random": ExchangeKind(since=Version(4, 0)),
    "x-consistent-hash": ExchangeKind(
        "rabbitmq_consistent_hash_exchange", arguments=("hash-header", "hash-property")
    ),
    "x-modulus-hash": ExchangeKind("rabbitmq_sharding", core_since=Version(4, 3)),
    "x-random": ExchangeKind("rabbitmq_random_exchange"),
    "x-recent-history": ExchangeKind(
        "rabbitmq_recent_history_exchange", needs_number="x-recent-history-length"
    ),
    "x-jms-topic": ExchangeKind("rabbitmq_jms_topic_exchange"),
    "x-delayed-message": ExchangeKind(
        "rabbitmq_delayed_message_exchange", arguments=("x-delayed-type",)
    ),
    "x-lvc": ExchangeKind("rabbitmq_lvc_exchange"),
    "x-rtopic": ExchangeKind("rabbitmq_rtopic_exchange"),
    "x-message-deduplication": ExchangeKind(
        "rabbitmq_message_deduplication",
        arguments=("x-cache-persistence", "x-cache-owner"),
        needs_number="x-cache-size",
    ),
}

HASH_PROPERTIES: Final = ("message_id", "correlation_id", "timestamp")
"""What `hash-property` of a consistent hash exchange may be."""


def underlying(exchange_type: str, arguments: Mapping[str, object]) -> str:
    """The type whose routing rules hold: a delayed-message exchange routes like another type."""
    wrapped = arguments.get("x-delayed-type")
    if exchange_type == "x-delayed-message" and isinstance(wrapped, str):
        return wrapped
    return exchange_type
