"""Two stacks declare the same vhost: neither loses what is in the other's queues."""

from __future__ import annotations

import pytest

from tests.live.conftest import MakeStack
from tests.safety.landscape import Config
from tests.safety.messages import Messages
from tests.safety.stronghold import DESTROY, UP, apply
from tests.support.stack import Stack
from toolchain.node import Broker


def _config(vhost: str, *queues: str) -> Config:
    return {
        "vhost": vhost,
        "exchanges": {"events": {"type": "topic"}},
        "queues": {name: {"type": "classic"} for name in queues},
        "bindings": [
            {"source": "events", "destination": name, "routing_key": f"{name}.#"} for name in queues
        ],
    }


@pytest.fixture
def second(make_stack: MakeStack, stack: Stack, broker: Broker) -> Stack:
    """Declares a queue of its own beside one that the first stack has made."""
    apply(stack, _config(stack.vhost, "both", "first"))
    second = make_stack(broker)
    assert "queue both exists as declared, and now belongs to this stack" in apply(
        second, _config(stack.vhost, "both", "second")
    )
    return second


def test_no_stack_deletes_what_the_other_has_in_use(stack: Stack, second: Stack) -> None:
    with Messages(stack.broker, stack.vhost) as messages:
        for queue in ("both", "first", "second"):
            messages.put(queue)
        own = {stack: "first", second: "second"}
        for one in own:
            one.configure({"vhost": stack.vhost})
            for command in (UP, DESTROY):
                said = one.run(*command)
                assert said.code != 0
                assert "is not deleted: it holds 3 messages" in said.text
        for one, queue in own.items():
            one.configure(_config(stack.vhost, "both", queue))
            said = one.run("preview", "--refresh", "--expect-no-changes")
            assert said.code == 0, said.text
        assert messages.gone() == {}


@pytest.mark.soak
def test_a_stack_that_leaves_does_not_take_the_vhost_along(stack: Stack, second: Stack) -> None:
    with Messages(stack.broker, stack.vhost) as messages:
        messages.put("first")
        said = second.run(*DESTROY)
        assert said.code != 0
        assert "exchange events is not deleted: it still routes to what others bound: first" in (
            said.text
        )
        # The first finds that the queue which nobody used has gone with the second.
        said = stack.run(*UP)
        assert said.code != 0
        assert "queue both" in said.text
        assert "holds" not in said.text
        apply(stack, _config(stack.vhost, "both", "first"), "--refresh")
        assert messages.gone() == {}
