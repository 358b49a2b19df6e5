"""Runs that end with an error, where the engine and the program could wait for each other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.safety.landscape import Config
from tests.safety.stronghold import UP
from tests.support.api import Api
from tests.support.stack import Stack

ON = (*UP, "--continue-on-error")


def _config(stack: Stack, *more: str) -> Config:
    user = f"user-{stack.token}"
    queues = ("work", "other", *more)
    return {
        "vhost": stack.vhost,
        "exchanges": {"events": {"type": "topic"}},
        "queues": {name: {"type": "classic"} for name in queues},
        "bindings": [
            {"source": "events", "destination": name, "routing_key": name} for name in queues
        ],
        "users": {user: {}},
        "permissions": [{"user": user, "read": ".*"}],
    }


@pytest.fixture
def api(stack: Stack) -> Iterator[Api]:
    """The broker of a stack that is applied."""
    stack.configure(_config(stack))
    said = stack.run(*UP)
    assert said.code == 0, said.text
    with Api(stack.broker) as api:
        yield api


def _urn(stack: Stack, kind: str, name: str) -> str:
    ends = f":{kind}::{stack.vhost}/{name}", f":{kind}::{name}"
    return next(urn for one in stack.state() if (urn := str(one["urn"])).endswith(ends))


def test_a_binding_is_gone_while_a_user_is_replaced(stack: Stack, api: Api) -> None:
    """The program ends with an error while the engine calls its hooks."""
    api.delete("queues", stack.vhost, "work")
    said = stack.run(*UP, "--replace", _urn(stack, "User", f"user-{stack.token}"))
    assert said.code != 0
    assert "The state tells of what is not on the broker" in said.text
    assert "Traceback" not in said.text


def test_a_refused_replacement_ends_a_run_that_continues_on_errors(stack: Stack, api: Api) -> None:
    """The engine does not answer the registration of a queue whose deletion was refused."""
    assert api.publish(stack.vhost, "events", "work")
    stack.configure(_config(stack, "new"))
    said = stack.run(*ON, "--replace", _urn(stack, "Queue", "work"))
    assert said.code != 0
    assert "[deletion-refused]" in said.text
    assert "queue work was not replaced" in said.text, said.text
    assert "Traceback" not in said.text, said.text
    assert "new" in api.queues(stack.vhost), "what does not depend on it is applied"
    assert api.take(stack.vhost, "work") == 1
    assert stack.run(*ON, "--replace", _urn(stack, "Queue", "work")).code == 0
    assert stack.run("preview", "--expect-no-changes").code == 0


def test_a_refused_takeover_ends_a_run_that_continues_on_errors(stack: Stack, api: Api) -> None:
    body = {"durable": True, "arguments": {"x-queue-type": "quorum"}}
    api.put("queues", stack.vhost, "new", body=body)
    stack.configure(_config(stack, "new"))
    said = stack.run(*ON)
    assert said.code != 0
    assert "new" in said.text and "Traceback" not in said.text, said.text
    api.delete("queues", stack.vhost, "new")
    assert stack.run(*ON).code == 0
