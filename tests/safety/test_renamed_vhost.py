"""A stack's vhost gets another name: one refusal, and each way on that it names works."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.safety.stronghold import UP, apply
from tests.support.api import Api
from tests.support.stack import Stack

PREVIEW = ("preview",)


@pytest.fixture
def api(stack: Stack) -> Iterator[Api]:
    with Api(stack.broker) as api:
        yield api


def config(vhost: str, **rest: Any) -> dict[str, Any]:
    queues: dict[str, Any] = {"free": {}, "one": {"max_length": 1000}, "two": {"type": "quorum"}}
    return {
        "vhost": vhost,
        "exchanges": {"e": {}},
        "queues": queues,
        "bindings": [{"source": "e", "destination": name, "routing_key": name} for name in queues],
        **rest,
    }


def with_messages(stack: Stack, api: Api) -> None:
    apply(stack, config(stack.vhost))
    for name in ("one", "two"):
        assert api.publish(stack.vhost, "", name)


def refused(stack: Stack, declared: dict[str, Any], command: tuple[str, ...]) -> str:
    stack.configure(declared)
    said = stack.run(*command)
    assert said.code != 0, said.text
    assert "Traceback" not in said.text
    return " ".join(said.text.split())


def test_a_rename_is_one_refusal(stack: Stack, api: Api) -> None:
    with_messages(stack, api)
    old, new = stack.vhost, f"{stack.vhost}-new"
    for command in (PREVIEW, UP, (*UP, "--refresh")):
        text = refused(stack, config(new), command)
        assert f"vhost {old} is not given up for vhost {new}" in text
        assert text.count("queue one: it holds 1 message") == 1, text
        assert text.count("queue two: it holds 1 message") == 1
        assert "[deletion-refused] queue one is not deleted: " not in text
        assert "queue free: " not in text
        assert {"one", "two"} <= set(api.queues(old))
    text = refused(stack, config(new, retain={"vhost": True}), PREVIEW)
    assert f"set vhost back to {old}, beside retain: {{vhost: true}}" in text


def test_it_is_kept_and_its_messages_are_moved(stack: Stack, api: Api) -> None:
    with_messages(stack, api)
    old, new, keep = stack.vhost, f"{stack.vhost}-new", {"retain": {"vhost": True}}
    text = refused(stack, config(new), UP)
    assert f"keep vhost {old} on the broker, with all that is in it: " in text
    apply(stack, config(old, **keep))
    assert "[retain]" in apply(stack, config(new, **keep))
    assert set(api.queues(old)) == set(api.queues(new)) == {"free", "one", "two"}

    assert f"declare migrate: {{from: QUEUE, vhost: {old}}} for each queue" in text
    moved = config(new, **keep)
    for name, queue in moved["queues"].items():
        queue["migrate"] = {"from": name, "vhost": old}
    stack.configure(moved)
    said = stack.command("migrate", "--stack", stack.name, "--yes")
    assert said.code == 0, said.text
    stack.expect_no_changes()
    assert [api.take(new, name) for name in ("one", "two")] == [1, 1]
    assert api.queues(old) == {}
    api.delete("vhosts", old)


def test_consent_names_all_that_is_refused(stack: Stack, api: Api) -> None:
    with_messages(stack, api)
    old, new = stack.vhost, f"{stack.vhost}-new"
    api.put("queues", old, "theirs", body={"durable": True})
    text = refused(stack, config(new), UP)
    assert "vhost " + old + ": it still holds 1 queue (theirs)" in text
    assert "allow_deletion: {queues: [one, two], vhost: true}" in text
    allowed = {"queues": ["one", "two"], "vhost": True}
    apply(stack, config(new, allow_deletion=allowed))
    assert old not in api.vhosts()
    assert set(api.queues(new)) == {"free", "one", "two"}


def test_nothing_is_asked_of_an_empty_one(stack: Stack, api: Api) -> None:
    """As after its queues were drained."""
    apply(stack, config(stack.vhost))
    new = f"{stack.vhost}-new"
    apply(stack, config(new))
    assert stack.vhost not in api.vhosts()
    stack.expect_no_changes()
