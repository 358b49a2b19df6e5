"""The schema that other languages get, and what comes over the wire."""

from __future__ import annotations

import asyncio
import json
from dataclasses import fields
from typing import Any

import pulumi
import pytest
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.runtime import rpc

from topology import __version__
from topology.component import Connection
from topology.component.provider import Topology, _outputs_within
from topology.component.topology import TYPE
from topology.hooks import router as hook_router
from topology.hooks.router import HookRouter, host


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    provider = ComponentProvider([Topology], TYPE.partition(":")[0], version=__version__)
    found: dict[str, Any] = json.loads(str(provider.schema))
    return found


def test_the_component_has_the_type_that_it_has_in_python(schema: dict[str, Any]) -> None:
    assert list(schema["resources"]) == [TYPE]
    assert schema["version"] == __version__


def test_each_value_of_a_connection_is_an_input(schema: dict[str, Any]) -> None:
    inputs = schema["resources"][TYPE]["inputProperties"]
    words = (one.name.split("_") for one in fields(Connection))
    names = {first + "".join(map(str.title, rest)) for first, *rest in words}
    assert inputs.keys() == names | {"topology", "passwordSeed"}
    assert inputs["topology"]["type"] == "object"


def test_outputs_are_typed(schema: dict[str, Any]) -> None:
    outputs = schema["resources"][TYPE]["properties"]
    assert outputs["amqpUrl"]["type"] == "string"
    assert outputs["queueUrls"]["additionalProperties"]["type"] == "string"
    (service,) = schema["types"].values()
    assert outputs["services"]["additionalProperties"]["$ref"].endswith(":Service")
    assert service["properties"].keys() == {"url", "username", "vhost", "publishes", "consumes"}


def test_numbers_of_the_wire_are_whole_again_and_unknown_values_are_outputs() -> None:
    async def run() -> None:
        found = _outputs_within({"q": [{"max_length": 5.0, "rate": 0.5, "uri": rpc.UNKNOWN}]})
        (queue,) = found["q"]
        assert isinstance(queue["max_length"], int) and queue["rate"] == 0.5
        assert isinstance(queue["uri"], pulumi.Output)
        assert not await queue["uri"].is_known()

    asyncio.run(run())


@pytest.fixture
def hosted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hook_router, "_HOSTED", hook_router.Hosted())
    host()


@pytest.mark.usefixtures("hosted")
def test_all_components_of_a_provider_share_its_hooks() -> None:
    """The engine takes each name once in a run."""
    assert HookRouter.of_program() is HookRouter.of_program()
