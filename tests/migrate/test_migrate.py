"""A queue becomes another while publishers and consumers go on, and no message is lost."""

from __future__ import annotations

from typing import Any

import pytest

from tests.migrate.traffic import traffic, url_of
from tests.support.api import Api
from tests.support.stack import Stack

UP = ("up", "--yes", "--skip-preview")


def config(vhost: str, **queue: Any) -> dict[str, Any]:
    return {
        "vhost": vhost,
        "exchanges": {
            "events": {"type": "topic"},
            "other": {"type": "headers"},
            "dead": {"type": "fanout"},
        },
        "queues": {"work": queue, "idle": {}},
        "bindings": [
            {"source": "events", "destination": "work", "routing_key": "work.#"},
            {
                "source": "other",
                "destination": "work",
                "arguments": {"x-match": "all", "size": 5},
            },
            {"source": "events", "destination": "idle", "routing_key": "idle"},
            {"source": "dead", "destination": "idle"},
        ],
    }


def applied(stack: Stack, **queue: Any) -> None:
    stack.configure(config(stack.vhost, **queue))
    said = stack.run(*UP)
    assert said.code == 0, said.text


def test_classic_becomes_quorum_under_load(stack: Stack) -> None:
    _becomes_quorum(stack)


@pytest.mark.soak
def test_classic_becomes_quorum_on_every_broker(each_stack: Stack) -> None:
    _becomes_quorum(each_stack, refused_first=True)


def _becomes_quorum(stack: Stack, *, refused_first: bool = False) -> None:
    applied(stack, type="classic", max_length=100_000)
    stack.configure(
        config(
            stack.vhost,
            type="quorum",
            max_length=100_000,
            dead_letter_exchange="dead",
            migrate=True,
        )
    )
    with traffic(url_of(stack.broker, stack.vhost), "events", "work.x", "work") as load:
        load.publish(rate=400)
        load.consume()
        if refused_first:
            refused = stack.run(*UP)
            assert refused.code != 0
            assert "python -m topology migrate" in refused.text, refused.text
        said = stack.command("migrate", "--stack", stack.name, "--yes", "--json")
        balance = load.balance()
    assert said.code == 0, said.text
    assert balance.confirmed > 1_000
    assert balance.lost == []
    assert balance.returned == 0, balance
    assert balance.cancelled >= 1
    stack.expect_no_changes()
    with Api(stack.broker) as api:
        queues = api.queues(stack.vhost)
        assert set(queues) == {"work", "idle"}
        assert queues["work"]["type"] == "quorum"
        assert [policy["name"] for policy in api.get("policies", stack.vhost)] == ["queue.work"]
        assert set(api.exchanges(stack.vhost)) == {"events", "other", "dead"}
        routes = [entry for entry in api.bindings(stack.vhost) if entry["destination"] == "work"]
        assert [(route["source"], route["arguments"]) for route in routes] == [
            ("events", {}),
            ("other", {"size": 5, "x-match": "all"}),
        ]
