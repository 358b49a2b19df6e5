"""What `adopt --import` writes into a stack's state: what an update would, and no secret."""

from __future__ import annotations

import json
from typing import Any

import yaml

from tests.adopt.adopted import Adopted
from tests.support.stack import Stack

_OF_THE_MOMENT = ("created", "modified", "sourcePosition", "stackTrace")
_SECRETS = ("s3cret-word", "other-w0rd")


def _state(adopted: Adopted, stack: str) -> dict[str, Any]:
    """The resources by their URNs, without when and where in the program they were made."""
    said = adopted.shell(f"pulumi stack export --stack {stack} --show-secrets")
    assert said.code == 0, said.text
    state = {}
    for resource in json.loads(said.text)["deployment"]["resources"]:
        if resource["type"] == "pulumi:providers:pulumi":
            continue  # The engine itself, which an update asks for the stack's last outputs.
        kept = {key: value for key, value in resource.items() if key not in _OF_THE_MOMENT}
        kept["dependencies"] = sorted(kept.get("dependencies", []))
        by_property = kept.get("propertyDependencies", {})
        kept["propertyDependencies"] = {name: sorted(urns) for name, urns in by_property.items()}
        state[kept["urn"]] = kept
    return state


def test_the_state_is_that_of_an_update(stack: Stack) -> None:
    adopted = Adopted(stack, "shovels")
    (name,) = adopted.take_over(adopted.adopt())
    imported = _state(adopted, name)
    said = adopted.shell(f"pulumi up --yes --skip-preview --expect-no-changes --stack {name}")
    assert said.code == 0, said.text
    assert _state(adopted, name) == imported
    assert len(imported) == 11
    written = [file for file in adopted.folder.rglob("*") if file.is_file()]
    kept = [file for file in written if not file.is_symlink() and "topology" not in file.parts]
    assert any("backend" in file.parts for file in kept)
    for file in kept:
        text = file.read_text(encoding="utf-8", errors="replace")
        assert not [secret for secret in _SECRETS if secret in text], file


def test_a_second_import_changes_nothing(stack: Stack) -> None:
    adopted = Adopted(stack, "one-queue")
    told = adopted.adopt()
    (name,) = adopted.take_over(told)
    before = _state(adopted, name)
    said = adopted.shell(told["stacks"][0]["commands"][1])
    assert said.code == 0, said.text
    assert "0 objects imported" in said.text
    assert _state(adopted, name) == before


def test_what_differs_is_not_imported(stack: Stack) -> None:
    adopted = Adopted(stack, "one-queue")
    told = adopted.adopt()
    file = adopted.folder / told["stacks"][0]["stack_file"]
    content = yaml.safe_load(file.read_text())
    content["config"]["rabbitmq-topology:topology"]["queues"]["work"] = {"type": "quorum"}
    file.write_text(yaml.safe_dump(content))
    commands = told["stacks"][0]["commands"]
    assert adopted.shell(commands[0]).code == 0
    said = adopted.shell(commands[1])
    assert said.code == 1
    assert "queue work: x-queue-type is classic, declared is quorum" in said.text
    assert _resources(adopted, told["stacks"][0]["stack"]) == []


def _resources(adopted: Adopted, stack: str) -> list[Any]:
    said = adopted.shell(f"pulumi stack export --stack {stack}")
    found: list[Any] = json.loads(said.text)["deployment"].get("resources") or []
    return found
