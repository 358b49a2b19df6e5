"""The passwords that a run has made, when it was killed before its state was written."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from itertools import islice

import pytest

from tests.safety.landscape import Config
from tests.safety.stronghold import UP
from tests.support.api import Api
from tests.support.stack import Stack

MORE = 60
SEED = "of the tests, and longer than 32 characters"


def _config(stack: Stack, *, adopt: bool | None = None) -> Config:
    own = {} if adopt is None else {"adopt": adopt}
    return {
        "vhost": stack.vhost,
        # Users are made at once; with these, the run goes on for a while.
        "exchanges": {name: {} for name in ("events", *(f"more-{n}" for n in range(MORE)))},
        "users": {f"{stack.token}-user": own},
        "services": {f"{stack.token}-service": {"publishes": ["events"], **own}},
    }


@pytest.fixture(autouse=True)
def no_checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    """No state is written before a run has ended."""
    monkeypatch.setenv("PULUMI_SKIP_CHECKPOINTS", "true")


@pytest.fixture
def api(stack: Stack) -> Iterator[Api]:
    """The stack's broker."""
    with Api(stack.broker) as api:
        yield api


def _killed(stack: Stack) -> None:
    """Has both users made, and a state that knows nothing of them."""
    with stack.started(*UP) as process:
        assert process.stdout
        made = (line for line in process.stdout if ":User " in line and " created" in line)
        assert len(list(islice(made, 2))) == 2
        os.killpg(process.pid, signal.SIGKILL)
    assert stack.run("cancel", "--yes").code == 0
    assert not [entry for entry in stack.state() if "User" in entry["type"]]


def test_with_a_seed_the_next_run_makes_the_same_ones(stack: Stack) -> None:
    stack.configure(_config(stack), passwordSeed=SEED)
    _killed(stack)
    preview = stack.run("preview")
    assert preview.code == 0, preview.text
    said = stack.run(*UP, "--refresh")
    assert said.code == 0, said.text
    for name in ("user", "service"):
        assert f"user {stack.token}-{name} exists as declared, and now belongs" in said.text
    stack.expect_no_changes()


def test_without_one_the_refusal_tells_the_way_on(stack: Stack, api: Api) -> None:
    stack.configure(_config(stack))
    _killed(stack)
    before = {name: api.get("users", name) for name in api.users() if stack.token in name}
    said = stack.run(*UP, "--refresh")
    assert said.code != 0
    text = " ".join(said.text.split())
    for words in (
        "its password would be replaced",
        "If a run of this stack made it and was killed before its state was written",
        "its password is lost: declare the user or its service with adopt: true for one run",
        "rabbitmq-topology:passwordSeed",
    ):
        assert words in text
    assert {name: api.get("users", name) for name in before} == before

    stack.configure(_config(stack, adopt=True))
    assert stack.run(*UP, "--refresh").code == 0
    stack.configure(_config(stack))
    said = stack.run("preview", "--expect-no-changes")
    assert said.code == 0, said.text


def test_a_seed_takes_over_no_user_with_another_password(stack: Stack, api: Api) -> None:
    user = f"{stack.token}-user"
    api.put("users", user, body={"password": "of somebody else", "tags": ""})
    before = api.get("users", user)
    stack.configure(_config(stack), passwordSeed=SEED)
    said = stack.run(*UP)
    assert said.code != 0
    assert "its password would be replaced" in said.text
    assert api.get("users", user) == before
