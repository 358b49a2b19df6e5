"""Load, adopt, import, and the first preview is empty: with the real engine on real brokers."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from tests.adopt.adopted import Adopted
from tests.adopt.documents import NAMES
from tests.live.conftest import MakeStack
from tests.support.api import Api
from tests.support.stack import Stack
from toolchain.node import Broker

NEW = "made-by-hand"


def _becomes_stacks(adopted: Adopted) -> None:
    """The whole way of an operator, and what comes after it."""
    before = [adopted.exported(vhost) for vhost in adopted.vhosts]
    told = adopted.adopt()
    adopted.take_over(told)
    assert [one["vhost"] for one in told["stacks"]] == adopted.vhosts
    for one in told["stacks"]:
        _a_refresh_sees_what_was_told(adopted, one)
        _only_what_changes_is_planned(adopted, one["stack"])
        _only_what_was_made_by_hand_is_drift(adopted, one["stack"], one["vhost"])
    assert [adopted.exported(vhost) for vhost in adopted.vhosts] == before


def _a_refresh_sees_what_was_told(adopted: Adopted, told: dict[str, Any]) -> None:
    planned = _planned(adopted, told["stack"], "--refresh")
    assert {name for _, name in planned} == {one["name"] for one in told["written_out"]}


def _planned(adopted: Adopted, stack: str, *arguments: str) -> list[tuple[str, str]]:
    said = adopted.shell(f"pulumi preview --stack {stack} --json {' '.join(arguments)} 2>/dev/null")
    assert said.code == 0, said.text
    steps = json.loads(said.text)["steps"]
    planned = [(step["op"], step["urn"].rpartition("/")[2]) for step in steps]
    return [one for one in planned if one[0] not in ("same", "refresh")]


def _only_what_changes_is_planned(adopted: Adopted, stack: str) -> None:
    file = adopted.folder / f"Pulumi.{stack}.yaml"
    text = file.read_text()
    content = yaml.safe_load(text)
    topology = content["config"]["rabbitmq-topology:topology"]
    topology.setdefault("queues", {})[NEW] = {}
    file.write_text(yaml.safe_dump(content, sort_keys=False))
    assert _planned(adopted, stack) == [("create", NEW)]
    file.write_text(text)


def _only_what_was_made_by_hand_is_drift(adopted: Adopted, stack: str, vhost: str) -> None:
    with Api(adopted.broker) as api:
        api.put("exchanges", vhost, NEW, body={"type": "fanout", "durable": True})
        said = adopted.shell(f"python -m topology drift --stack {stack} --json")
        api.delete("exchanges", vhost, NEW)
    assert said.code == 3
    found = json.loads(said.text)["findings"]
    assert [(one["kind"], one["name"]) for one in found] == [("exchange", NEW)]


@pytest.mark.smoke
def test_a_vhost_of_one_queue(stack: Stack) -> None:
    _becomes_stacks(Adopted(stack, "one-queue"))


def test_grown_broker(end_stack: Stack) -> None:
    _becomes_stacks(Adopted(end_stack, "grown"))


def test_an_import_file_of_another_stack_is_refused(stack: Stack) -> None:
    adopted = Adopted(stack)
    stack.configure({"vhost": stack.vhost})
    with Api(stack.broker) as api:
        api.put("vhosts", stack.vhost)
    foreign = {"type": "rabbitmq:index/vHost:VHost", "name": "other", "id": "other"}
    (adopted.folder / "import.json").write_text(json.dumps({"resources": [foreign]}))
    said = adopted.shell(f"python -m topology adopt --stack {stack.name} --import import.json")
    assert said.code == 1
    assert f"error: names nothing that stack {stack.name} declares" in said.text
    assert stack.state() == []


@pytest.mark.soak
@pytest.mark.parametrize("name", NAMES)
def test_every_definitions_file(name: str, make_stack: MakeStack, each_broker: Broker) -> None:
    _becomes_stacks(Adopted(make_stack(each_broker), name))
