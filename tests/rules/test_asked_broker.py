"""What only a broker that was asked has: its exchange types, and the deprecated features that it
denies."""

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


@pytest.mark.parametrize(
    ("version", "denied", "errors", "warnings"),
    [
        ("4.3", frozenset(), 0, 1),
        ("4.3", None, 1, 0),
        ("4.3", frozenset({"transient_nonexcl_queues"}), 1, 0),
        ("4.0", frozenset({"transient_nonexcl_queues"}), 1, 0),
        ("4.0", frozenset({"global_qos"}), 0, 1),
        ("3.10", None, 0, 1),
    ],
)
@pytest.mark.parametrize("auto_delete", [False, True])
def test_a_transient_queue_is_an_error_where_the_broker_denies_it(
    version: str,
    denied: frozenset[str] | None,
    errors: int,
    warnings: int,
    auto_delete: bool,  # noqa: FBT001
) -> None:
    config = {"vhost": "v", "queues": {"q": {"durable": False, "auto_delete": auto_delete}}}
    facts = BrokerFacts(Version.parse(version), CORE, frozenset(), denied)
    rules = [problem.rule for problem in check(config, facts).problems]
    assert (rules.count("denied-feature"), rules.count("non-durable")) == (errors, warnings)


def test_a_deprecated_argument_is_an_error_where_the_broker_denies_it() -> None:
    config = {
        "vhost": "v",
        "queues": {"q": {"arguments": {"x-queue-master-locator": "min-masters"}}},
    }
    denied = frozenset({"queue_master_locator"})
    facts = BrokerFacts(Version(4, 0), CORE, frozenset(), denied)
    assert "denied-feature" in {error.rule for error in check(config, facts).errors}
    assert check(config, BrokerFacts(Version(4, 0), CORE, frozenset(), frozenset())).errors == ()
