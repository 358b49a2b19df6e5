"""The whole way, on a broker: what is refused, that nothing was changed, and the options."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.features.eventually import eventually
from tests.live.conftest import MakeStack, engine, make_stack
from tests.support.api import Api
from tests.support.stack import Stack
from toolchain.node import Broker

__all__ = ["engine", "make_stack"]

THEIRS = {"pattern": ".*", "apply-to": "queues", "definition": {"dead-letter-exchange": "dlx"}}
DECLARED = {"pattern": ".*", "apply_to": "queues", "definition": {"dead-letter-exchange": "dlx"}}
ELSEWHERE = {"undeclared-dead-letter-exchange": "made by others"}
MESSAGES = 5


@pytest.fixture
def stack(make_stack: MakeStack, broker: Broker) -> Stack:
    return make_stack(broker)


@pytest.fixture
def api(broker: Broker) -> Iterator[Api]:
    with Api(broker) as found:
        yield found


def config(stack: Stack, **rest: Any) -> dict[str, Any]:
    return {"vhost": stack.vhost, **rest}


def up(stack: Stack, **topology: Any) -> tuple[int, str]:
    """Past the preview, which would have refused it already."""
    stack.configure(config(stack, **topology))
    said = stack.run("up", "--yes", "--skip-preview")
    return said.code, said.text


def policies(api: Api, stack: Stack) -> dict[str, Any]:
    return {entry["name"]: entry for entry in api.get("policies", stack.vhost)}


def messages(api: Api, stack: Stack, queue: str) -> int:
    return int(api.queues(stack.vhost)[queue].get("messages") or 0)


def published(api: Api, stack: Stack, queue: str) -> None:
    for number in range(MESSAGES):
        assert api.publish(stack.vhost, "", queue, message_id=str(number))
    eventually(lambda: messages(api, stack, queue), MESSAGES)


def test_a_live_policy_is_not_switched_off(stack: Stack, api: Api) -> None:
    code, text = up(stack, queues={"q": {}})
    assert code == 0, text
    vhost = stack.vhost
    api.put("exchanges", vhost, "dlx", body={"type": "fanout"})
    api.put("queues", vhost, "dead", body={"durable": True})
    api.post("bindings", vhost, "e", "dlx", "q", "dead", body={})
    api.put("policies", vhost, "all", body=THEIRS)
    limited = {"q": {"max_length": 500}}
    upstreams = {"up": {"uri": "amqp://upstream"}}

    code, text = up(stack, queues=limited, federation_upstreams=upstreams)
    assert code != 0
    assert text.count("would take the place of") == 1, text
    assert "dead-letter-exchange would stop applying [policy-unapplied]" in text
    assert "allow_policy_loss: {policies: [all]}" in text
    assert "Traceback" not in text
    assert policies(api, stack).keys() == {"all"}
    assert not api.has("parameters", "federation-upstream", vhost, "up")

    preview = stack.run("preview")
    assert preview.code != 0
    assert "[policy-unapplied]" in preview.text
    plan = stack.folder / "plan.json"
    plan.write_text(stack.run("preview", "--json").text)
    gate = stack.command("gate", str(plan), "--stack", stack.name)
    assert gate.code == 3
    assert "[policy-unapplied]" in gate.text
    drift = stack.command("drift", "--stack", stack.name)
    assert drift.code == 3
    assert "policy all" in drift.text
    assert "dead-letter-exchange does not apply to queue q" in drift.text

    code, text = up(stack, queues=limited, policies={"all": DECLARED}, ignore_rules=ELSEWHERE)
    assert code == 0, text
    assert policies(api, stack)["queue.q"]["definition"] == {
        "max-length": 500,
        "dead-letter-exchange": "dlx",
    }


def test_messages_that_are_in_a_queue_are_not_dropped(stack: Stack, api: Api) -> None:
    code, text = up(stack, queues={"q": {"max_length": 100}})
    assert code == 0, text
    published(api, stack, "q")
    stricter: dict[str, Any] = {
        "queues": {"q": {"max_length": 2}},
        "policies": {"idle": {"pattern": "^theirs$", "definition": {"expires": 3000}}},
    }
    api.put("queues", stack.vhost, "theirs", body={"durable": True})
    published(api, stack, "theirs")

    code, text = up(stack, **stricter)
    assert code != 0
    assert "2 changes are refused" in text
    assert (
        "queues.q (policy queue.q): max-length goes from 100 to 2: 3 of its messages are dropped, "
        "in queue q (5 messages, 0 consumers) [messages-dropped]"
    ) in text
    assert "policies.idle: expires is set to 3000" in text
    assert "Traceback" not in text
    assert policies(api, stack)["queue.q"]["definition"] == {"max-length": 100}
    assert "idle" not in policies(api, stack)

    consent = {"allow_message_loss": {"queues": ["q"]}}
    code, text = up(stack, queues=stricter["queues"], **consent)
    assert code == 0, text
    assert policies(api, stack)["queue.q"]["definition"] == {"max-length": 2}


def test_a_policy_is_not_deleted_over_messages(stack: Stack, api: Api) -> None:
    limits: dict[str, Any] = {
        "policies": {"all": DECLARED},
        "ignore_rules": ELSEWHERE,
    }
    code, text = up(stack, **limits)
    assert code == 0, text
    api.put("queues", stack.vhost, "theirs", body={"durable": True})
    published(api, stack, "theirs")
    code, text = up(stack)
    assert code != 0
    assert "policies.all (no longer declared): dead-lettering ends" in text
    assert "all" in policies(api, stack)
    for _ in range(MESSAGES):
        api.take(stack.vhost, "theirs")
    eventually(lambda: messages(api, stack, "theirs"), 0)
    code, text = up(stack)
    assert code != 0  # The queue is not this stack's, and would lose its dead letters from now on.
    assert "[policy-unapplied]" in text
    code, text = up(stack, allow_policy_loss={"policies": ["all"]})
    assert code == 0, text
    assert "all" not in policies(api, stack)
