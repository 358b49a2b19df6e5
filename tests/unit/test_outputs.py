"""The outputs: other teams' programs rely on these names and these forms."""

from __future__ import annotations

from typing import Any

from tests.support.config import dev
from tests.support.mocked_run import run_program

URL = "amqp://localhost:5672/my-vhost"
CONTRACT = {
    "amqp_url": URL,
    "exchange_url": f"{URL}#exchange=my-exchange",
    "queue_url": f"{URL}#queue=my-queue",
    "exchange_urls": {"my-exchange": f"{URL}#exchange=my-exchange"},
    "queue_urls": {"my-queue": f"{URL}#queue=my-queue"},
    "contract_version": 1,
}


def of(topology: dict[str, Any]) -> dict[str, Any]:
    """The outputs of a stack with this topology."""
    return run_program(topology).exports


def test_the_dev_stack_gives_the_whole_contract() -> None:
    assert {name: of(dev()).get(name) for name in CONTRACT} == CONTRACT


def test_a_single_url_is_there_only_where_there_is_a_single_thing() -> None:
    none = of({"vhost": "v"})
    assert not {"exchange_url", "queue_url"} & set(none)
    assert none["exchange_urls"] == none["queue_urls"] == {}
    two = of({"vhost": "v", "queues": {"a": {}, "b": {}}, "exchanges": {"e": {}}})
    assert "queue_url" not in two and set(two["queue_urls"]) == {"a", "b"}
    assert two["exchange_url"] == two["exchange_urls"]["e"]


def test_names_are_encoded_in_urls_and_plain_as_keys() -> None:
    found = of({"vhost": "/", "queues": {"a/b c": {}}})
    assert found["amqp_url"] == "amqp://localhost:5672/%2F"
    assert found["queue_urls"] == {"a/b c": "amqp://localhost:5672/%2F#queue=a%2Fb%20c"}


def test_what_has_credentials_is_a_secret_and_nothing_else_is() -> None:
    shop = {**dev(), "services": {"shop": {"consumes": ["my-queue"]}}}
    run = run_program(shop)
    assert not run.code, run.said
    assert "services" in run.exports
    assert run.secret == {"services"}
    assert not run_program(dev()).secret
