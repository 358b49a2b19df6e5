"""A state meets a broker that it was not made with, where somebody else has the same names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.safety.landscape import Config
from tests.safety.messages import Messages
from tests.safety.stronghold import DESTROY, UP, apply
from tests.support.api import Api
from tests.support.stack import Stack
from toolchain.node import Broker, PrivateNode, installed_server
from topology.ownership import cluster
from topology.ownership.cluster import OUTPUT

LOOK = cluster.LOOK.split()
WARNING = "The state of this stack was made with another broker"


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Another broker than the newest."""
    if installed_server() is None:
        pytest.skip("no rabbitmq-server is installed")
    with PrivateNode(tmp_path_factory.mktemp("other") / "node") as node:
        yield node.broker


def config(stack: Stack, length: int = 5, **more: Any) -> Config:
    user = f"user-{stack.token}"
    return {
        "vhost": {"name": stack.vhost, "description": "ours"},
        "exchanges": {"events": {"type": "topic"}},
        "queues": {"work": {"type": "classic"}},
        "bindings": [{"source": "events", "destination": "work", "routing_key": "#"}],
        "users": {user: {"tags": ["monitoring"]}},
        "permissions": [{"user": user, "read": "work"}],
        "policies": {"limits": {"pattern": "^work$", "definition": {"max-length": length}}},
        **more,
    }


@pytest.fixture
def moved(stack: Stack, other: Broker) -> Iterator[Api]:
    """A stack that is applied, and whose endpoint was changed since."""
    apply(stack, config(stack))
    first = stack.broker
    stack.broker = other  # Where its config file points from now on.
    with Api(other) as api:
        yield api
        stack.clean()
    stack.broker = first


def theirs(stack: Stack, api: Api) -> None:
    """Somebody else's objects of the same names."""
    vhost, user = stack.vhost, f"user-{stack.token}"
    api.put("vhosts", vhost, body={"description": "theirs"})
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    api.put("permissions", vhost, api.get("whoami")["name"], body=everything)
    api.put("users", user, body={"password": "theirs", "tags": "administrator"})
    api.put("permissions", vhost, user, body=everything)
    policy = {"pattern": "^work$", "definition": {"max-length": 1000}, "apply-to": "queues"}
    api.put("policies", vhost, "limits", body=policy)
    arguments = {"x-queue-type": "classic"}
    api.put("queues", vhost, "work", body={"durable": True, "arguments": arguments})


def of_them(stack: Stack, api: Api) -> list[Any]:
    vhost, user = stack.vhost, f"user-{stack.token}"
    described = api.get("vhosts", vhost).get("description")
    held = [api.get("users", user), api.get("permissions", vhost, user)]
    return [described, *held, api.get("policies", vhost), sorted(api.queues(vhost))]


def test_what_others_have_there_is_not_overwritten(stack: Stack, moved: Api) -> None:
    theirs(stack, moved)
    before = of_them(stack, moved)
    for length, options in ((6, ()), (6, LOOK), (5, LOOK), (5, ("--refresh",))):
        stack.configure(config(stack, length=length))
        for command in (("preview",), UP):
            said = stack.run(*command, *options)
            assert said.code != 0, (length, options, said.text)
            assert WARNING in said.text
            assert "exists on the broker and differs from what is declared" in said.text
            assert "Traceback" not in said.text
            assert of_them(stack, moved) == before


def test_nor_is_anything_deleted(stack: Stack, moved: Api) -> None:
    theirs(stack, moved)
    before = of_them(stack, moved)
    stack.configure({"vhost": {"name": stack.vhost, "description": "ours"}})
    for command in (("preview",), UP, DESTROY):
        said = stack.run(*command)
        assert said.code != 0, said.text
        assert "is not deleted: the state of this stack was made with another broker" in said.text
        assert of_them(stack, moved) == before


def test_with_consent_the_broker_becomes_the_stacks(stack: Stack, moved: Api) -> None:
    theirs(stack, moved)
    with Messages(stack.broker, stack.vhost) as messages:
        messages.put("work")
        text = apply(stack, config(stack, adopt=True), *LOOK)
        assert WARNING not in text
        assert messages.gone() == {}
    (policy,) = moved.get("policies", stack.vhost)
    assert policy["definition"] == {"max-length": 5}
    assert WARNING not in apply(stack, config(stack, length=6), "--refresh")
    stack.expect_no_changes()


def test_an_empty_broker_in_its_place_becomes_the_stacks(stack: Stack, moved: Api) -> None:
    first = stack.outputs()[OUTPUT].value
    assert WARNING in apply(stack, config(stack), *LOOK)
    second = stack.outputs()[OUTPUT].value
    assert second != first
    assert WARNING not in apply(stack, config(stack, length=6))
    assert moved.get("policies", stack.vhost)[0]["definition"] == {"max-length": 6}
    assert stack.run(*DESTROY).code == 0


@pytest.mark.usefixtures("moved")
def test_but_not_by_a_run_that_has_failed(stack: Stack) -> None:
    first = stack.outputs()[OUTPUT].value
    stack.configure(config(stack))
    said = stack.run(*UP)
    assert "Add --refresh --run-program to this command" in said.text
    assert said.code != 0
    assert stack.outputs()[OUTPUT].value == first
