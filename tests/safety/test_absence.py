"""What the state tells of and the broker has not: no update calls it unchanged."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.safety.landscape import Config
from tests.safety.stronghold import UP
from tests.support.api import Api
from tests.support.stack import Stack

TOLD = "The state tells of what is not on the broker"


def _config(stack: Stack, *queues: str) -> Config:
    user = f"user-{stack.token}"
    return {
        "vhost": stack.vhost,
        "exchanges": {"events": {"type": "topic"}},
        "queues": {name: {"type": "classic"} for name in queues},
        "bindings": [{"source": "events", "destination": name} for name in queues],
        "users": {user: {}},
        "permissions": [{"user": user, "read": ".*"}],
    }


@pytest.fixture
def api(stack: Stack) -> Iterator[Api]:
    """The broker of a stack that is applied."""
    stack.configure(_config(stack, "gone", "here"))
    said = stack.run(*UP)
    assert said.code == 0, said.text
    with Api(stack.broker) as api:
        yield api


def test_what_is_gone_is_told_and_a_refresh_makes_it_again(stack: Stack, api: Api) -> None:
    api.delete("queues", stack.vhost, "gone")
    api.delete("permissions", stack.vhost, f"user-{stack.token}")

    said = stack.run(*UP)
    assert said.code != 0
    for name in ("queue gone", "binding ", f"permission user-{stack.token}", "--refresh"):
        assert name in said.text
    assert "queue here" not in said.text
    assert "Traceback" not in said.text

    preview = stack.run("preview")
    assert preview.code == 0
    assert TOLD in preview.text
    assert TOLD not in stack.run("preview", "--refresh").text

    assert stack.run(*UP, "--refresh").code == 0
    assert stack.run("preview", "--expect-no-changes").code == 0
    assert "gone" in api.queues(stack.vhost)


def test_a_whole_vhost_that_is_gone_is_told_as_one(stack: Stack, api: Api) -> None:
    api.delete("vhosts", stack.vhost)
    said = stack.run(*UP)
    assert said.code != 0
    assert f"{TOLD}: vhost {stack.vhost}. " in said.text
    assert stack.run(*UP, "--refresh").code == 0
    assert set(api.queues(stack.vhost)) == {"gone", "here"}


def test_what_a_targeted_update_leaves_out_is_no_absence(stack: Stack, api: Api) -> None:
    stack.configure(_config(stack, "gone", "here", "new"))
    vhost = next(r["urn"] for r in stack.state() if r["type"].endswith(":VHost"))
    said = stack.run(*UP, "--target", vhost)
    assert "new" not in api.queues(stack.vhost)
    assert TOLD not in said.text
    assert said.code == 0, said.text


def test_a_vhost_that_is_gone_is_all_that_is_told(stack: Stack, api: Api) -> None:
    """Also where a queue is new, and cannot be created in a vhost that does not exist."""
    stack.configure(_config(stack, "gone", "here", "new"))
    api.delete("vhosts", stack.vhost)
    said = stack.run(*UP)
    assert said.code != 0
    assert f"{TOLD}: vhost {stack.vhost}. " in said.text
    assert "Traceback" not in said.text and "SystemExit" not in said.text, said.text
    assert stack.run(*UP, "--refresh").code == 0
    assert set(api.queues(stack.vhost)) == {"gone", "here", "new"}
