"""Messages that come at bad moments, and ways to destroy that go past the config."""

from __future__ import annotations

import pytest

from tests.live.conftest import MakeStack
from tests.safety.landscape import Config
from tests.safety.meanwhile import meanwhile
from tests.safety.messages import Messages
from tests.safety.stronghold import DESTROY, UP, apply
from tests.support.api import Api
from tests.support.stack import Stack
from toolchain.node import Broker

RATE = 50
"""Messages a second of a publisher that goes on through a whole run."""


def _config(stack: Stack, **exchange: object) -> Config:
    return {
        "vhost": stack.vhost,
        "exchanges": {"events": {"type": "topic", **exchange}},
        "queues": {"late": {"type": "quorum"}, "later": {"type": "classic"}},
        "bindings": [
            {"source": "events", "destination": name, "routing_key": f"{name}.#"}
            for name in ("late", "later")
        ],
    }


@pytest.fixture
def applied(stack: Stack) -> Stack:
    """A stack whose queues are empty, and known to be by statistics."""
    return _applied(stack)


def _applied(stack: Stack) -> Stack:
    apply(stack, _config(stack))
    return stack


def test_what_is_published_right_before_the_run_is_seen(applied: Stack) -> None:
    with Messages(applied.broker, applied.vhost) as messages:
        applied.configure({"vhost": applied.vhost})
        for queue in ("late", "later"):
            messages.put(queue, 1)
        said = applied.run(*UP)
        assert said.code != 0
        assert "is not deleted: it holds 1 message " in said.text
        assert messages.gone() == {}


def test_what_is_published_while_the_run_goes_on_is_seen(applied: Stack) -> None:
    with Messages(applied.broker, applied.vhost) as messages:
        applied.configure({"vhost": applied.vhost})
        process = applied.started(*UP)
        with process:
            assert process.stdout
            # The run has begun, and takes longer to its first deletion than these two messages.
            for queue in ("late", "later"):
                messages.put(queue, 1)
            text = process.stdout.read()
        assert process.returncode != 0
        assert "is not deleted: it holds 1 message " in text
        assert messages.gone() == {}


def test_an_exchange_that_is_published_to_keeps_its_type(applied: Stack) -> None:
    _keeps_its_type(applied)


def test_a_stack_that_is_published_to_is_not_destroyed(applied: Stack) -> None:
    """By a publisher that connects for each message, to a queue that was empty at first."""
    with (
        Messages(applied.broker, applied.vhost) as messages,
        meanwhile(lambda: messages.put("late", 1, exchange="events")),
    ):
        said = applied.run(*DESTROY)
        assert said.code != 0
        assert "is not deleted: it " in said.text
        assert "Traceback" not in said.text
    assert messages.gone() == {}


@pytest.mark.soak
@pytest.mark.parametrize("queue", ["late", "later"])
def test_an_exclusive_consumer_keeps_an_empty_queue(applied: Stack, queue: str) -> None:
    with Messages(applied.broker, applied.vhost) as messages:
        messages.consume(queue, exclusive=True)
        applied.configure({"vhost": applied.vhost})
        said = applied.run(*UP)
        assert said.code != 0
        assert f"queue {queue} is not deleted: it holds 0 messages " in said.text


@pytest.mark.soak
def test_an_exchange_keeps_its_type_on_every_broker(
    make_stack: MakeStack, each_broker: Broker
) -> None:
    _keeps_its_type(_applied(make_stack(each_broker)))


def _keeps_its_type(stack: Stack) -> None:
    with (
        Messages(stack.broker, stack.vhost) as messages,
        # With confirms; every message must be routed.
        meanwhile(lambda: messages.put("later", RATE, exchange="events")),
    ):
        for change in ({"type": "direct"}, {"durable": False}):
            stack.configure(_config(stack, **change))
            said = stack.run(*UP)
            assert said.code != 0
            assert "Traceback" not in said.text
    assert messages.gone() == {}


def test_what_is_taken_out_of_the_state_stays_on_the_broker(applied: Stack) -> None:
    with Messages(applied.broker, applied.vhost) as messages:
        for queue in ("late", "later"):
            messages.put(queue)
        (urn,) = (entry["urn"] for entry in applied.state() if entry["urn"].endswith("/late"))
        assert applied.run("state", "delete", urn, "--target-dependents", "--yes").code == 0
        applied.configure({"vhost": applied.vhost, "queues": {"later": {"type": "classic"}}})
        applied.run(*UP)
        assert applied.run("stack", "rm", "--yes", "--force").code == 0
        assert messages.gone() == {}


def test_a_queue_of_a_forgotten_stack_is_not_the_next_ones_to_destroy(applied: Stack) -> None:
    with Messages(applied.broker, applied.vhost) as messages:
        messages.put("late")
        for entry in reversed(applied.state()):
            if "rabbitmq:" in entry["type"]:
                applied.run("state", "delete", entry["urn"], "--target-dependents", "--yes")
        assert applied.run(*UP).code == 0, "all is as declared, and taken over"
        assert applied.run(*DESTROY).code != 0
        assert messages.gone() == {}


def test_a_queue_that_others_made_anew_is_not_the_stacks_to_replace(applied: Stack) -> None:
    with Api(applied.broker) as api, Messages(applied.broker, applied.vhost) as messages:
        api.delete("queues", applied.vhost, "later")
        body = {"durable": True, "arguments": {"x-queue-type": "quorum"}}
        api.put("queues", applied.vhost, "later", body=body)
        messages.put("later")
        for options in (("--refresh",), ("--refresh", "--run-program"), ()):
            said = applied.run(*UP, *options)
            assert said.code != 0, said.text
            assert "queue later is not deleted: it holds 3 messages" in said.text
        assert messages.gone() == {}


def test_an_imported_queue_has_pulumis_protection(applied: Stack) -> None:
    with Api(applied.broker) as api, Messages(applied.broker, applied.vhost) as messages:
        body = {"durable": True, "arguments": {"x-queue-type": "classic"}}
        api.put("queues", applied.vhost, "theirs", body=body)
        queue = ("rabbitmq:index/queue:Queue", "theirs", f"theirs@{applied.vhost}")
        applied.run("import", *queue, "--yes", "--skip-preview", "--generate-code=false")
        assert [entry for entry in applied.state() if entry["urn"].endswith("::theirs")]
        for command in ((*UP, "--refresh"), DESTROY):
            said = applied.run(*command)
            assert said.code != 0 and "it is protected" in said.text, said.text
        # With messages in it, the run ends before the engine comes to its protection.
        messages.put("theirs")
        said = applied.run(*UP)
        assert said.code != 0 and "queue theirs is not deleted: it holds 3 messages" in said.text
        assert messages.gone() == {}
