"""Commands find the components of a program in the state of its stack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.config import dev
from topology.broker.connection import Connection as Known
from topology.cli import adopt_import, gate_components, planned
from topology.cli.adopt_import import import_stack
from topology.cli.exit_code import UsageError
from topology.cli.planned import check_planned, planned_config
from topology.cli.pulumi import component as pulumi_component
from topology.cli.pulumi.component import chosen_config, services_of
from topology.config_files import Layers, extended, nowhere
from topology.gate import Answers, Plan, read_plan
from topology.gate.target import target_of_urn
from topology.kind import Kind
from topology.model import Topology
from topology.password_seed import PasswordSeed
from topology.problems import ConfigError
from topology.stack_config import StackConfig

TYPE = "rabbitmq-topology:index:Topology"
URN = f"urn:pulumi:s::p::{TYPE}::"
OF_QUEUE = f"urn:pulumi:s::p::{TYPE}$rabbitmq:index/queue:Queue::"


def secret(value: object) -> dict[str, str]:
    return {"4dabf18193072939515e22adb298388d": "…", "plaintext": json.dumps(value)}


def component(name: str, **more: Any) -> dict[str, Any]:
    connection = {
        "management_endpoint": f"http://{name}:15672",
        "amqp_endpoint": f"amqp://{name}:5672",
        "username": "u",
        "password": secret("p"),
    }
    inputs = {"topology": dev(name) | more, "connection": connection}
    return {"urn": f"{URN}{name}", "type": TYPE, "inputs": inputs}


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Of a stack without a config."""
    resources: list[dict[str, Any]] = []
    monkeypatch.setattr(pulumi_component, "stack_resources", lambda _: resources)
    monkeypatch.setattr(pulumi_component, "stack_settings", lambda _: {})
    return resources


def test_the_only_component_need_not_be_named(state: list[dict[str, Any]]) -> None:
    users = {"users": {"u": {"password": secret("of the user")}}}
    state += [component("one", **users)]
    config, name = chosen_config("s", None)
    assert name == "one"
    assert config.connection.management_endpoint == "http://one:15672"
    assert config.connection.password == "p"
    assert config.topology.value["users"]["u"]["password"] == "of the user"


def test_of_several_one_is_named(state: list[dict[str, Any]]) -> None:
    state += [component("one"), component("two")]
    assert chosen_config("s", "two")[0].connection.amqp_endpoint == "amqp://two:5672"
    with pytest.raises(UsageError, match="name one of one, two"):
        chosen_config("s", None)
    with pytest.raises(UsageError, match="has no Topology tow; did you mean two"):
        chosen_config("s", "tow")


def test_an_object_of_a_component_is_known_by_its_urn() -> None:
    target = target_of_urn(f"{OF_QUEUE}one/my-vhost/my-queue")
    assert target is not None
    assert (target.kind, target.vhost, target.name) == (Kind.QUEUE, "my-vhost", "my-queue")


def test_each_broker_is_asked_about_its_own_vhost(
    state: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, list[str], list[str]]] = []

    def ask(plan: Plan, topology: Topology, connection: Any) -> Answers:
        names = [step.target.name for step in plan.steps]
        asked.append((connection.management_endpoint, names, topology.allow_deletion.queues))
        return Answers(unasked=connection.amqp_endpoint)

    monkeypatch.setattr(gate_components, "ask", ask)
    state += [component("one"), component("two")]
    # What the program declares now counts, with its secrets masked.
    consenting = component("two", allow_deletion={"queues": ["q2"]})["inputs"]["topology"]
    consenting["users"] = {"u": {"password": "[secret]"}}
    steps = [
        {
            "op": "same",
            "urn": f"{URN}two",
            "newState": {"type": TYPE, "inputs": {"topology": consenting}},
        },
        *(
            {
                "op": "delete",
                "urn": f"{OF_QUEUE}{name}/{name}/{queue}",
                "oldState": {
                    "type": "rabbitmq:index/queue:Queue",
                    "inputs": {"name": queue, "vhost": name},
                },
            }
            for name, queue in (("one", "q1"), ("two", "q2"))
        ),
    ]
    plan = read_plan(json.dumps({"steps": steps}))
    answers = gate_components.answers_of_components(plan, pulumi_component.components("s"))
    assert asked == [("http://one:15672", ["q1"], []), ("http://two:15672", ["q2"], ["q2"])]
    assert answers.unasked == "amqp://one:5672; amqp://two:5672"


def test_the_services_of_a_component_are_in_its_outputs(
    state: list[dict[str, Any]],
) -> None:
    service = {"w": {"url": "amqp://w:p@one:5672/one"}}
    state += [component("one") | {"outputs": {"services": secret(service)}}, component("two")]
    assert services_of("s", "one") == service
    assert services_of("s", "two") == {}


def preview(*declared: dict[str, Any], error: str = "") -> str:
    steps = [{"op": "update", "urn": one["urn"], "newState": one} for one in declared]
    diagnostics = [{"severity": "error", "message": error}] if error else []
    return json.dumps({"steps": steps, "diagnostics": diagnostics})


def test_a_preview_has_what_a_component_declares_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """With masked secrets, about which no rule can say anything."""
    applied = StackConfig(nothing(), Known("http://one", "amqp://one", "u", "p"), PasswordSeed(""))
    declared = component("one", users={"u": {"password": "[secret]"}})
    said = preview(component("two"), declared, error="queue q is not deleted")
    monkeypatch.setattr(planned, "stack_preview", lambda _: said)
    config = planned_config("s", "one", applied)
    assert config.connection is applied.connection
    assert check_planned(config.topology).usable().topology.users.keys() == {"u"}
    assert planned_config("s", None, applied) is applied


@pytest.mark.parametrize("error", ["", "connection.password: is missing"])
def test_a_component_that_is_not_declared_has_no_plan(
    monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    applied = StackConfig(nothing(), Known("http://one", "amqp://one", "u", "p"), PasswordSeed(""))
    monkeypatch.setattr(planned, "stack_preview", lambda _: preview(error=error))
    with pytest.raises(ConfigError) as raised:
        planned_config("s", "one", applied)
    assert (error or "the program of stack s does not declare Topology one") in str(raised.value)


def nothing() -> Layers:
    return extended({}, Path.cwd(), nowhere)


def test_an_import_into_a_component_names_the_way_that_works(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(adopt_import, "stack_settings", lambda _: {})
    with pytest.raises(UsageError, match="write adopt: true into its topology"):
        import_stack("s", tmp_path / "missing.json", json=False)
