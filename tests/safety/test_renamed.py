"""A stack gets another name: nothing on the broker knows of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.safety.messages import Messages
from tests.safety.stronghold import UP, apply
from tests.support.stack import Stack


@pytest.fixture
def messages(stack: Stack) -> Iterator[Messages]:
    """A stack is applied; there are messages in its queue."""
    apply(stack, _config(stack))
    with Messages(stack.broker, stack.vhost) as messages:
        messages.put("work")
        yield messages


def _config(stack: Stack) -> dict[str, object]:
    return {
        "vhost": stack.vhost,
        "exchanges": {"events": {"type": "topic"}},
        "queues": {"work": {"type": "quorum"}},
        "bindings": [{"source": "events", "destination": "work", "routing_key": "#"}],
        "services": {f"worker-{stack.token}": {"consumes": ["work"]}},
    }


def test_a_stack_is_renamed(stack: Stack, messages: Messages) -> None:
    before = stack.run("stack", "output", "services", "--show-secrets").text
    name = f"{stack.name}-renamed"
    assert stack.run("stack", "rename", name).code == 0
    stack.rename(name)
    _as_before(stack, messages)
    assert stack.run("stack", "output", "services", "--show-secrets").text == before


def _as_before(stack: Stack, messages: Messages) -> None:
    said = stack.run("preview", "--refresh", "--expect-no-changes", "--diff")
    assert said.code == 0, said.text
    stack.configure({"vhost": stack.vhost})
    said = stack.run(*UP)
    assert said.code != 0
    assert "queue work is not deleted: it holds 3 messages" in said.text
    assert messages.gone() == {}
    apply(stack, _config(stack))
