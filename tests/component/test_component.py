"""The component, without an engine: previews in which the broker is not known yet or not asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pulumi_rabbitmq as rabbitmq
import pytest

from tests.support.config import dev
from tests.support.mocked_run import Run, run_function
from topology import Connection, Topology
from topology.hooks.router import HookRouter

TYPE = "rabbitmq-topology:index:Topology"
PLAIN: dict[str, Any] = {
    "management_endpoint": "http://localhost:15672",
    "amqp_endpoint": "amqp://localhost:5672",
    "username": "guest",
    "password": "secret-of-the-test",
}


def unknown() -> pulumi.Output[Any]:
    """What a resource gives that is not made yet."""

    async def value() -> None:
        return None

    async def known() -> bool:
        return False

    return pulumi.Output(set(), asyncio.ensure_future(value()), asyncio.ensure_future(known()))


def run(program: Callable[[], object]) -> Run:
    """A preview in which a broker that is known is not asked."""

    def whole() -> None:
        program()

    return run_function(whole, offline="true")


def names(found: Run) -> list[tuple[str, str]]:
    return [(one.type.rpartition(":")[2], one.name) for one in found.resources]


@pytest.fixture(scope="module")
def two() -> Run:
    """One vhost on two brokers."""

    def program() -> None:
        Topology("one", topology=dev(), connection=PLAIN)
        other = PLAIN | {"management_endpoint": "http://other:15672"}
        Topology("two", topology=dev(), connection=Connection(**other))

    return run(program)


def test_two_topologies_of_one_vhost_have_names_of_their_own(two: Run) -> None:
    assert two.code == 0, two.said
    for name in ("one", "two"):
        own = {found for found in names(two) if found[1].split("/")[0] == name}
        assert own == {
            ("Topology", name),
            ("rabbitmq", f"{name}/provider"),
            ("Stash", f"{name}/cluster"),
            ("VHost", f"{name}/my-vhost"),
            ("Exchange", f"{name}/my-vhost/my-exchange"),
            ("Queue", f"{name}/my-vhost/my-queue"),
            ("Binding", f"{name}/my-vhost/my-exchange/queue/my-queue/my-routing-key"),
        }


def test_everything_belongs_to_its_component_and_its_provider(two: Run) -> None:
    for found in two.resources:
        if found.type == TYPE:
            continue
        name = found.name.split("/")[0]
        assert found.request.parent.endswith(f"{TYPE}::{name}")
        if found.type.startswith("rabbitmq:"):
            assert f"{TYPE}$pulumi:providers:rabbitmq::{name}/provider" in found.request.provider


def test_what_the_stack_program_made_is_the_same_resource_under_a_component(two: Run) -> None:
    (queue, _) = two.of("Queue")
    (alias,) = queue.request.aliases
    assert alias.spec.name == "my-vhost/my-queue" and alias.spec.noParent


def given() -> list[Any]:
    """What a topology gives, once it is declared."""
    found: list[Any] = []

    def program() -> None:
        one = Topology("one", topology=dev(), connection=PLAIN)
        for output in (one.amqp_url, one.exchange_urls, one.queue_urls):
            output.apply(found.append)

    assert run(program).code == 0
    return found


def test_urls_are_typed_attributes() -> None:
    assert "amqp://localhost:5672/my-vhost" in given()
    assert {"my-queue": "amqp://localhost:5672/my-vhost#queue=my-queue"} in given()


def test_a_broker_that_is_not_made_yet_is_not_asked() -> None:
    def program() -> None:
        endpoints = {"management_endpoint": unknown(), "amqp_endpoint": unknown()}
        Topology("one", topology=dev(), connection=PLAIN | endpoints)

    found = run_function(program)
    assert found.code == 0, found.said
    assert ("Queue", "one/my-vhost/my-queue") in names(found)
    (said,) = (text for text in found.said if "was not asked" in text)
    assert "management_endpoint, amqp_endpoint will be known once the broker is made" in said


def test_a_password_may_be_an_output() -> None:
    topology = dev() | {"users": {"u": {"password": None}}}

    def program() -> None:
        topology["users"]["u"]["password"] = pulumi.Output.secret("the users own password")
        Topology("one", topology=topology, connection=PLAIN)

    (user,) = run(program).of("User")
    assert user.inputs["password"]["value"] == "the users own password"


def test_an_unknown_password_is_planned() -> None:
    def program() -> None:
        users = {"u": {"password": unknown()}}
        Topology("one", topology=dev() | {"users": users}, connection=PLAIN)

    found = run(program)
    assert found.code == 0, found.said
    assert ("User", "one/u") in names(found)


def test_secrets_in_the_state_are_secret(two: Run) -> None:
    password = PLAIN["password"]
    for found in two.resources:
        assert not [value for value in plain(found.request.object) if value == password]


def plain(value: Any) -> list[Any]:
    """All values that are not within a secret."""
    fields = value.fields
    if "4dabf18193072939515e22adb298388d" in fields:
        return []
    found: list[Any] = []
    for entry in fields.values():
        kind = entry.WhichOneof("kind")
        found += plain(entry.struct_value) if kind == "struct_value" else [entry.string_value]
    return found


def test_protection_of_the_component_is_that_of_its_objects() -> None:
    def program() -> None:
        opts = pulumi.ResourceOptions(protect=True)
        Topology("one", topology=dev(), connection=PLAIN, opts=opts)

    (queue,) = run(program).of("Queue")
    assert queue.request.protect
    assert list(queue.request.hooks.before_delete) == ["rabbitmq-topology:veto-protected"]


def test_a_provider_of_the_users_is_taken() -> None:
    def program() -> None:
        mine = rabbitmq.Provider("mine", endpoint=PLAIN["management_endpoint"])
        opts = pulumi.ResourceOptions(providers=[mine])
        Topology("one", topology=dev(), connection=PLAIN, opts=opts)

    found = run(program)
    (queue,) = found.of("Queue")
    assert "pulumi:providers:rabbitmq::mine" in queue.request.provider
    assert ("rabbitmq", "one/provider") not in names(found)


def test_a_provider_of_another_broker_is_refused() -> None:
    def program() -> None:
        mine = rabbitmq.Provider("mine", endpoint="http://elsewhere:15672")
        opts = pulumi.ResourceOptions(providers=[mine])
        Topology("one", topology=dev(), connection=PLAIN, opts=opts)

    found = run(program)
    assert found.code == 1
    assert "opts.providers.rabbitmq: has another endpoint than connection." in found.said[-1]
    assert found.of("Queue") == []


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in PLAIN.items() if name != key}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "dict and file": (
        {"topology": dev(), "file": "base.yaml", "connection": PLAIN},
        "topology and file are both given; give one of them",
    ),
    "neither": ({"connection": PLAIN}, "topology and file are both missing"),
    "no connection": ({"topology": dev()}, "connection: is missing"),
    "no password": (
        {"topology": dev(), "connection": without("password")},
        "connection.password: is missing; give its password, as a secret",
    ),
    "unknown key of the connection": (
        {"topology": dev(), "connection": PLAIN | {"pasword": "x"}},
        "connection.pasword: is not a known key; did you mean password?",
    ),
    "unknown key of the topology": (
        {"topology": dev() | {"queus": {}}, "connection": PLAIN},
        "queus: is not a known key; did you mean queues?",
    ),
    "a URL that is none": (
        {"topology": dev(), "connection": PLAIN | {"amqp_endpoint": "localhost:5672"}},
        "connection.amqp_endpoint:",
    ),
    "the management port for clients": (
        {"topology": dev(), "connection": PLAIN | {"amqp_endpoint": "amqp://localhost:15672"}},
        "connection.amqp_endpoint: port 15672 is the management API's, which speaks HTTP",
    ),
    "an empty value": (
        {"topology": dev(), "connection": PLAIN | {"username": ""}},
        "connection.username: is empty",
    ),
    "half a certificate": (
        {"topology": dev(), "connection": PLAIN | {"clientkey_file": "key.pem"}},
        "connection.clientcert_file: is missing, and clientkey_file is there",
    ),
    "no such file": ({"file": "missing.yaml", "connection": PLAIN}, "missing.yaml"),
    "a name with a slash": (
        {"name": "a/b", "topology": dev(), "connection": PLAIN},
        "name: must not have a /",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_bad_input_is_one_error_before_anything_is_made(case: str) -> None:
    arguments, said = WRONG[case]
    name = arguments.get("name", "one")
    rest = {key: value for key, value in arguments.items() if key != "name"}

    def program() -> None:
        Topology("before", topology=dev() | {"vhost": "other"}, connection=PLAIN)
        Topology(name, **rest)

    found = run(program)
    assert found.code == 1
    (error,) = (text for text in found.said if "in the configuration" in text)
    assert error.startswith(f"Topology {name}: 1 problem") and said in error
    assert PLAIN["password"] not in error
    assert {kind for kind, _ in names(found)} <= {"Topology"}


def test_problems_are_told_all_at_once() -> None:
    def program() -> None:
        Topology("one", topology=dev() | {"queus": {}}, connection=without("password"))

    assert "Topology one: 2 problems" in run(program).said[-1]


EMPTY: dict[str, Any] = {"none": None, "text": ""}


@pytest.mark.parametrize("case", EMPTY)
def test_an_output_that_turns_out_empty_is_told(case: str) -> None:
    def program() -> None:
        empty = pulumi.Output.from_input(EMPTY[case])
        Topology("one", topology=dev(), connection=PLAIN | {"password": empty})

    found = run(program)
    assert found.code == 1
    assert "connection.password: is empty: the output has no value" in found.said[-1]
    assert "Queue" not in {kind for kind, _ in names(found)}


def test_an_output_where_none_can_be_is_told() -> None:
    def program() -> None:
        queues = {"q": {"max_length": pulumi.Output.from_input(3)}}
        Topology("one", topology={"vhost": "v", "queues": queues}, connection=PLAIN)

    found = run(program)
    assert "queues.q.max_length: an output cannot stand here" in found.said[-1]


@pytest.mark.parametrize("plain", [True, False])
def test_two_topologies_of_one_vhost_on_one_broker_are_refused(plain: bool) -> None:  # noqa: FBT001
    def program() -> None:
        endpoint: Any = PLAIN["management_endpoint"] if plain else unknown()
        connection = PLAIN | {"management_endpoint": endpoint}
        Topology("one", topology=dev(), connection=connection)
        Topology("two", topology=dev(), connection=connection)

    found = run(program)
    assert found.code == 1
    assert "vhost my-vhost is declared by Topology one on the same broker" in found.said[-1]
    assert "Queue" not in {kind for kind, _ in names(found)}


def test_all_topologies_of_a_program_share_its_hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    class Counted(HookRouter):
        def __init__(self) -> None:
            super().__init__()
            made.append(self)

    monkeypatch.setattr("topology.component.topology.HookRouter", Counted)

    def program() -> None:
        for name in ("one", "two"):
            Topology(name, topology=dev(name), connection=PLAIN)

    assert run(program).code == 0
    assert len(made) == 1


def test_a_file_may_be_given(tmp_path: Path) -> None:
    file = tmp_path / "orders.yaml"
    file.write_text("vhost: v\nqueues: {q: {}}\n")

    def program() -> None:
        Topology("one", file=file, connection=PLAIN)

    assert ("Queue", "one/v/q") in names(run(program))
