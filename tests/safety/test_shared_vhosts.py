"""Stacks that share a vhost: what one made goes with it, and the vhost stays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.conftest import MakeStack
from tests.safety.landscape import Config
from tests.safety.stronghold import DESTROY, UP, apply
from tests.support.api import Api
from tests.support.stack import Stack


def _config(vhost: str, name: str, *, existing: bool) -> Config:
    return {
        "vhost": {"name": vhost, "existing": True} if existing else vhost,
        "exchanges": {name: {"type": "topic"}},
        "queues": {name: {"type": "quorum"}},
        "bindings": [{"source": name, "destination": name, "routing_key": "#"}],
    }


@pytest.fixture
def api(stack: Stack) -> Iterator[Api]:
    with Api(stack.broker) as api:
        yield api


def test_a_vhost_that_others_use_stays(stack: Stack, make_stack: MakeStack, api: Api) -> None:
    vhost, second = stack.vhost, make_stack(stack.broker)
    apply(stack, _config(vhost, "first", existing=False))
    told = apply(second, _config(vhost, "second", existing=False))
    others = "1 exchange (first), 1 queue (first), 1 binding (first -> first (routing_key #))"
    assert f"vhost {vhost} holds objects that this stack does not declare: {others}" in told

    for command in (("destroy", "--preview-only", "--run-program"), DESTROY):
        said = second.run(*command)
        assert said.code != 0, said.text
        assert f"vhost {vhost} is not deleted: it still holds {others}" in " ".join(
            said.text.split()
        )
    assert set(api.queues(vhost)) == {"first", "second"}, "what is refused changes nothing"

    # The way that the refusal names.
    second.configure({"vhost": {"name": vhost, "existing": True}})
    said = second.run(*DESTROY)
    assert said.code == 0, said.text
    assert stack.run("preview", "--refresh", "--expect-no-changes").code == 0
    said = stack.run(*DESTROY)
    assert said.code == 0, said.text
    assert vhost not in api.vhosts()


def test_a_stack_gives_its_vhost_up_and_takes_it_back(stack: Stack, api: Api) -> None:
    vhost = stack.vhost
    stack.configure(_config(vhost, "q", existing=True))
    said = stack.run(*UP)
    assert said.code != 0
    assert f"vhost.existing: the broker has no vhost {vhost}" in said.text
    assert "Traceback" not in said.text
    assert stack.state() == [] or not _vhosts(stack)

    apply(stack, _config(vhost, "q", existing=False))
    apply(stack, _config(vhost, "q", existing=True))
    assert _vhosts(stack) == [(vhost, True)]
    assert stack.run("preview", "--refresh", "--expect-no-changes").code == 0
    assert vhost in api.vhosts() and set(api.queues(vhost)) == {"q"}

    apply(stack, _config(vhost, "q", existing=False))
    assert _vhosts(stack) == [(vhost, False)]
    assert set(api.queues(vhost)) == {"q"}
    assert stack.run("preview", "--refresh", "--expect-no-changes").code == 0

    apply(stack, _config(vhost, "q", existing=True))
    said = stack.run(*DESTROY)
    assert said.code == 0, said.text
    assert vhost in api.vhosts() and api.queues(vhost) == {}
    assert not _vhosts(stack)


def _vhosts(stack: Stack) -> list[tuple[str, bool]]:
    """The vhosts in the state, and whether each is only read."""
    found = (entry for entry in stack.state() if entry["type"].endswith(":VHost"))
    return [(entry["id"], bool(entry.get("external"))) for entry in found]


def test_a_protected_vhost_keeps_what_is_in_it(stack: Stack, api: Api) -> None:
    vhost, user = stack.vhost, f"user-{stack.token}"
    config = _config(vhost, "q", existing=False)
    config["users"] = {user: {}}
    config["permissions"] = [{"user": user, "read": ".*"}]
    apply(stack, config)
    api.post("vhosts", vhost, "deletion", "protection", body={})
    for command in (("destroy", "--preview-only", "--run-program"), DESTROY):
        said = stack.run(*command)
        assert said.code != 0, said.text
        assert f"vhost {vhost} is not deleted, nor is anything in it" in said.text
        assert "Traceback" not in said.text
        assert set(api.queues(vhost)) == {"q"} == set(api.exchanges(vhost))
        assert len(api.bindings(vhost)) == 1 and user in api.users()
        assert len(api.get("vhosts", vhost, "permissions")) > 1
    # An update that keeps the vhost goes on as ever.
    apply(stack, {"vhost": vhost, "users": config["users"]})
    assert api.queues(vhost) == {}
    told = stack.command("drift", "--stack", stack.name)
    assert told.code == 0, told.text
    assert "the vhost is protected from deletion" in told.text
    api.delete("vhosts", vhost, "deletion", "protection")
    said = stack.run(*DESTROY)
    assert said.code == 0, said.text
    assert vhost not in api.vhosts()
