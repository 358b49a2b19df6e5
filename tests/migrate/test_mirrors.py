"""Policies that mirror, of brokers before 4.0, are retired when nothing is mirrored any more."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.live.conftest import MakeStack
from tests.migrate.test_migrate import applied, config
from tests.support.api import Api
from tests.support.stack import Stack
from toolchain.node import Broker
from topology.broker.live_policy import LivePolicy
from topology.broker.state import LiveQueue
from topology.migrate.choice import retired
from topology.version import Version

MIRRORED = {"ha-mode": "all", "ha-sync-mode": "automatic"}


@pytest.fixture
def old_stack(make_stack: MakeStack, old_broker: Broker) -> Stack:
    """A stack on a RabbitMQ that mirrors."""
    if Version.parse(old_broker.version) >= Version(4, 0):
        pytest.skip(f"RabbitMQ {old_broker.version} mirrors no queues")
    return make_stack(old_broker)


def test_what_is_in_force_or_does_more_stays() -> None:
    definitions: dict[str, dict[str, Any]] = {
        "mirrors": MIRRORED,
        "in-force": MIRRORED,
        "does-more": {**MIRRORED, "expires": 600_000},
        "other": {"expires": 600_000},
    }
    policies = [LivePolicy(name, "", "all", 0, entry) for name, entry in definitions.items()]
    assert retired(policies, [LiveQueue("q", policy="in-force"), LiveQueue("r")]) == ["mirrors"]


@pytest.mark.soak
def test_only_what_mirrors_nothing_any_more_is_retired(old_stack: Stack) -> None:
    stack = old_stack
    applied(stack, type="classic")
    with Api(stack.broker) as api:

        def policy(name: str, pattern: str, definition: dict[str, Any]) -> None:
            body = {"pattern": pattern, "definition": definition, "apply-to": "queues"}
            api.put("policies", stack.vhost, name, body=body)

        policy("ha-work", "^work$", MIRRORED)
        policy("ha-others", "^idle$", MIRRORED)
        policy("more-than-mirrors", "^nothing$", {**MIRRORED, "expires": 600_000})
        stack.configure(config(stack.vhost, type="quorum", migrate=True))
        said = stack.command("migrate", "--stack", stack.name, "--yes", "--retire-ha", "--json")
        assert said.code == 0, said.text
        report = json.loads(said.text[said.text.index("{\n") :])
        assert report["retired"] == ["ha-work"], said.text
        left = {policy["name"] for policy in api.get("policies", stack.vhost)}
        assert left == {"ha-others", "more-than-mirrors"}
        assert api.queues(stack.vhost)["work"]["type"] == "quorum"
    stack.expect_no_changes()
