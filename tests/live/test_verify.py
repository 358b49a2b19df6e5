"""`verify` through the command line: what is as it should be, what is not, and what it leaves."""

from __future__ import annotations

import json
from typing import Any

from tests.support.api import Api
from tests.support.stack import Stack
from toolchain.node_folder import LOOPBACK


def topology(stack: Stack) -> dict[str, Any]:
    """Services with names of the stack's own: users are the broker's, whatever the vhost."""
    return {
        "vhost": stack.vhost,
        "exchanges": {"events": {"type": "topic"}},
        "queues": {"work": {}, "other": {"type": "quorum"}},
        "bindings": [
            {"source": "events", "destination": queue, "routing_key": "#"}
            for queue in ("work", "other")
        ],
        "services": {
            f"{stack.token}-sender": {"publishes": {"events": ["a.*"]}},
            f"{stack.token}-worker": {"consumes": ["work"]},
            f"{stack.token}-spy": {"consumes": ["other"], "declares": {"prefix": "spy."}},
        },
    }


def test_every_right_is_proven_and_no_trace_left(stack: Stack, api: Api) -> None:
    stack.configure(topology(stack))
    stack.up()
    assert api.publish(stack.vhost, "events", "a.b")
    said = stack.command("verify", "--stack", stack.name)
    assert said.code == 0, said.text
    assert f"ok     {stack.token}-sender: publish to events with key a.x: permitted" in said.text
    assert f"ok     {stack.token}-worker: consume from other: refused" in said.text
    assert "WRONG" not in said.text and "Traceback" not in said.text
    assert said.text.splitlines()[-1].endswith("acts tried, 0 with the wrong outcome")
    _is_as_before(stack, api)

    sender, worker, spy = topology(stack)["services"]
    api.put("permissions", stack.vhost, sender, body=_rights(write="^$"))
    api.put("permissions", stack.vhost, worker, body=_rights(read="^(work|other)$"))
    api.put("users", spy, body={"password": "an0ther", "tags": ""})
    said = stack.command("verify", "--stack", stack.name, "--json")
    assert said.code == 1, said.text
    document = json.loads(said.text[said.text.index("{") :])
    wrong = {
        (act["service"], act["act"], act["target"], act["permitted"])
        for act in document["acts"]
        if not act["right"]
    }
    assert wrong == {
        (sender, "publish", "events", False),
        (worker, "consume", "other", True),
        (spy, "connect", stack.vhost, False),
    }
    assert document["ok"] is False
    assert "an0ther" not in said.text
    _is_as_before(stack, api)


def test_a_broker_that_is_not_there_is_one_error(stack: Stack) -> None:
    stack.configure(topology(stack))
    stack.up()
    stack.configure(topology(stack), amqpEndpoint=f"amqp://{LOOPBACK}:1")
    stack.up()
    said = stack.command("verify", "--stack", stack.name)
    assert said.code == 1
    assert said.text.count("error: ") == 1
    assert f"no AMQP connection to {LOOPBACK}:1: connection refused; start the broker" in said.text
    assert "Traceback" not in said.text


def test_a_stack_without_services_is_wrong_usage(stack: Stack) -> None:
    stack.configure({"vhost": stack.vhost})
    said = stack.command("verify", "--stack", stack.name)
    assert (said.code, said.text.count("\n")) == (2, 1)
    assert "declares no services; there is nothing to verify" in said.text


def _rights(**rights: str) -> dict[str, str]:
    return {"configure": "", "write": "", "read": "", **rights}


def _is_as_before(stack: Stack, api: Api) -> None:
    """No queue more, the message untouched where it was, and nobody connected."""
    assert set(api.queues(stack.vhost)) == {"work", "other"}
    users = set(topology(stack)["services"])
    assert [entry for entry in api.get("connections") if entry.get("user") in users] == []
    for queue in ("work", "other"):
        body = {"count": 10, "ackmode": "ack_requeue_true", "encoding": "auto"}
        messages = api.post("queues", stack.vhost, queue, "get", body=body)
        assert [message["routing_key"] for message in messages] == ["a.b"]
