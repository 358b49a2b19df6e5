"""Every form of `migrate`, as a person runs it: it ends well, and the next preview is empty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.migrate.scene import Scene
from tests.migrate.test_migrate import UP
from tests.support.stack import Stack

MESSAGES = 7


@pytest.fixture
def place(stack: Stack) -> Iterator[Scene]:
    """The stack's vhost, for messages."""
    found = Scene(stack.broker, stack.vhost)
    yield found
    found.api.__exit__(None, None, None)


def declared(stack: Stack, name: str, **queue: Any) -> None:
    """One queue, `name`, that is bound by its name."""
    binding = {"source": "events", "destination": name, "routing_key": f"{name}.#"}
    stack.configure(
        {
            "vhost": stack.vhost,
            "exchanges": {"events": {"type": "topic"}},
            "queues": {name: queue},
            "bindings": [binding],
        }
    )


def applied(stack: Stack) -> None:
    said = stack.run(*UP)
    assert said.code == 0, said.text


def migrated(stack: Stack, *arguments: str) -> str:
    said = stack.command("migrate", "--stack", stack.name, "--yes", *arguments)
    assert said.code == 0, said.text
    stack.expect_no_changes()
    return said.text


def test_other_arguments(stack: Stack, place: Scene) -> None:
    """Named on the command line; with a policy that the state has not had before."""
    declared(stack, "work", type="classic")
    applied(stack)
    bodies = place.put(MESSAGES)
    place.api.until_sampled(stack.vhost, "work", MESSAGES)
    declared(stack, "work", type="classic", max_priority=5, max_length=1_000)
    said = migrated(stack, "work")
    assert f"emptied: work is empty ({MESSAGES} moved" in said
    assert f"returned: all messages are in work ({MESSAGES} moved" in said
    assert "1 queue, 7 messages, " in said
    assert sorted(place.bodies()) == sorted(bodies)


def test_another_name(stack: Stack, place: Scene) -> None:
    declared(stack, "before", type="classic", max_length=1_000)
    applied(stack)
    bodies = place.put(MESSAGES, "before.x")
    declared(stack, "work", type="quorum", max_length=1_000, migrate={"from": "before"})
    said = migrated(stack)
    assert f"emptied: before is empty ({MESSAGES} moved" in said
    assert place.bodies() == bodies
    assert set(place.api.queues(stack.vhost)) == {"work"}
    assert [policy["name"] for policy in place.api.get("policies", stack.vhost)] == ["queue.work"]


def test_another_vhost(stack: Stack, place: Scene) -> None:
    """The vhost is Pulumi's to make, and the plan says so."""
    old = f"{stack.vhost}-before"
    place.vhost_named(old)
    place.old_queue("work", vhost=old, queue_type="classic")
    bodies = place.put(MESSAGES, vhost=old)
    declared(stack, "work", type="quorum", migrate={"from": "work", "vhost": old})
    refused = stack.command("migrate", "--stack", stack.name, "--yes")
    assert refused.code == 3
    assert f"vhost: {stack.vhost} does not exist on the broker; run pulumi up first" in refused.text
    applied(stack)
    said = migrated(stack)
    assert f"emptied: work is empty ({MESSAGES} moved" in said
    assert place.bodies() == bodies
    assert "work" not in place.api.queues(old)
