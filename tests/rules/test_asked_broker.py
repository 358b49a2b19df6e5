"""What only a broker that was asked can tell: the exchange types that it offers."""

from __future__ import annotations

from typing import Final

import pytest

from topology.check import check
from topology.version import NEWEST, BrokerFacts, Version

CORE: Final = frozenset({"direct", "fanout", "topic", "headers", "x-local-random"})


def errors(exchange_type: str, facts: BrokerFacts | None) -> list[str]:
    """What is said of an exchange of this type."""
    config = {"vhost": "v", "exchanges": {"e": {"type": exchange_type}}}
    return [str(error) for error in check(config, facts).errors]


def test_a_plugin_that_is_not_enabled() -> None:
    (error,) = errors("x-consistent-hash", BrokerFacts(NEWEST, CORE))
    assert error == (
        "exchanges.e.type: the broker has no exchange type of this name; enable its plugin: "
        "rabbitmq-plugins enable rabbitmq_consistent_hash_exchange [missing-exchange-type]"
    )


def test_a_plugin_that_is_enabled() -> None:
    assert errors("x-consistent-hash", BrokerFacts(NEWEST, CORE | {"x-consistent-hash"})) == []


def test_a_plugin_that_is_not_known_here() -> None:
    assert errors("x-mine", BrokerFacts(NEWEST, CORE | {"x-mine"})) == []


def test_a_type_that_the_broker_does_not_have() -> None:
    (error,) = errors("x-mine", BrokerFacts(NEWEST, CORE | {"x-mime"}))
    assert error == (
        "exchanges.e.type: the broker has no exchange type of this name; did you mean x-mime? "
        "[missing-exchange-type]"
    )


@pytest.mark.parametrize(
    ("version", "hint"),
    [
        ("4.2", "enable its plugin: rabbitmq-plugins enable rabbitmq_sharding"),
        ("4.3", ""),
    ],
)
def test_a_type_that_moved_from_a_plugin_into_the_core(version: str, hint: str) -> None:
    (error,) = errors("x-modulus-hash", BrokerFacts(Version.parse(version), CORE))
    assert hint in error


def test_a_broker_that_was_not_asked_may_have_any_plugin() -> None:
    assert errors("x-consistent-hash", None) == []
