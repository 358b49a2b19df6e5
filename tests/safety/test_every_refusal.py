"""Refusals come all at once, before anything is changed, and their ways on work to the letter."""

from __future__ import annotations

from typing import Any

from tests.safety.stronghold import DESTROY, UP
from tests.support.api import Api
from tests.support.stack import Stack

PREVIEWS = (("preview",), ("destroy", "--preview-only", "--run-program"))


def config(vhost: str, *queues: str, **rest: Any) -> dict[str, Any]:
    """Each queue is bound by its name; `rest` goes over that."""
    bindings = [{"source": "e", "destination": name, "routing_key": name} for name in queues]
    declared: dict[str, Any] = {name: {} for name in queues}
    return {
        "vhost": vhost,
        "exchanges": {"e": {}},
        "queues": declared,
        "bindings": bindings,
        **rest,
    }


def applied(stack: Stack, declared: dict[str, Any]) -> str:
    stack.configure(declared)
    said = stack.run(*UP)
    assert said.code == 0, said.text
    return said.text


def refused(stack: Stack, declared: dict[str, Any], command: tuple[str, ...] = UP) -> str:
    stack.configure(declared)
    said = stack.run(*command)
    assert said.code != 0, said.text
    assert "Traceback" not in said.text
    return said.text


def test_previews_and_updates_show_every_refusal(stack: Stack) -> None:
    vhost = stack.vhost
    applied(stack, config(vhost, "free", "one", "two", "three"))
    with Api(stack.broker) as api:
        for name in ("one", "two", "three"):
            assert api.publish(vhost, "e", name)
        gone, whole = config(vhost, "new"), config(vhost, "free", "one", "two", "three")
        runs = [(gone, PREVIEWS[0]), (whole, PREVIEWS[1]), (gone, UP), (whole, DESTROY)]
        for declared, command in runs:
            text = refused(stack, declared, command)
            for name in ("one", "two", "three"):
                assert f"[deletion-refused] queue {name} is not deleted: it holds 1 mess" in text
            assert "queue free is not deleted" not in text
            assert "[plan-refused]" in text
            assert set(api.queues(vhost)) == {"free", "one", "two", "three"}
            assert len(api.bindings(vhost)) == 4


def test_a_preview_with_a_refusal_as_its_last_step_fails(stack: Stack) -> None:
    """Nothing is registered after it."""
    vhost = stack.vhost
    applied(stack, {"vhost": vhost, "queues": {"full": {}}})
    with Api(stack.broker) as api:
        assert api.publish(vhost, "", "full")
        text = refused(stack, {"vhost": vhost}, ("preview",))
    assert "1 to delete" in text


def test_what_retain_keeps_stays_in_two_runs(stack: Stack) -> None:
    vhost, keep = stack.vhost, {"retain": {"queues": ["kept"]}}
    limited = {"queues": {"kept": {"max_length": 100}, "other": {}}}
    whole = config(vhost, "kept", "other", **limited)
    applied(stack, whole)
    with Api(stack.broker) as api:
        assert api.publish(vhost, "e", "kept")
        bindings = api.bindings(vhost)
        text = refused(stack, config(vhost, "other", **keep))
        assert "declare it again as it was, beside retain: {queues: [kept]}" in text
        applied(stack, {**whole, **keep})
        text = refused(stack, {**whole, **keep, "bindings": whole["bindings"][1:]}, ("preview",))
        assert "the binding from exchange e to queue kept is not deleted" in text
        other_type = {"queues": {**limited["queues"], "kept": {"type": "quorum"}}}
        text = refused(stack, {**whole, **keep, **other_type})
        assert "queue kept is not replaced: retain keeps it" in text
        stack.configure(config(vhost, "other", **keep))
        assert "[retain]" in stack.run("preview").text
        assert "[retain]" in applied(stack, config(vhost, "other", **keep))
        assert set(api.queues(vhost)) == {"kept", "other"}
        assert api.bindings(vhost) == bindings
        assert [policy["name"] for policy in api.get("policies", vhost)] == ["queue.kept"]
        assert not [entry for entry in stack.state() if "kept" in entry["urn"]]
        applied(stack, whole)
        stack.expect_no_changes()
        assert api.take(vhost, "kept") == 1


def test_a_state_that_is_older_than_the_broker(stack: Stack) -> None:
    vhost = stack.vhost
    applied(stack, config(vhost, "q"))
    with Api(stack.broker) as api:
        api.delete("queues", vhost, "q")
        body = {"durable": True, "arguments": {"x-queue-type": "quorum"}}
        api.put("queues", vhost, "q", body=body)
        api.post("bindings", vhost, "e", "e", "q", "q", body={"routing_key": "q"})
        assert api.publish(vhost, "e", "q")
        declared = config(vhost, "q", queues={"q": {"type": "quorum"}})
        for command in (("preview",), UP):
            assert "add --refresh to this command" in refused(stack, declared, command)
        said = stack.run(*UP, "--refresh")
        assert said.code == 0, said.text
        assert api.take(vhost, "q") == 1
