"""How much config Pulumi can hand to the program, and the way on for more."""

from __future__ import annotations

from typing import Any

import yaml

from tests.support.stack import Stack
from topology.config_files.capacity import CAPACITY, bytes_of


def configured(stack: Stack, wanted: int) -> int:
    """Gives the stack a config of about so many bytes; returns how many we reckon they are."""

    def reckoned(description: str) -> int:
        stack.configure({"vhost": {"name": stack.vhost, "description": description}})
        config: dict[str, Any] = yaml.safe_load(stack.file.read_text(encoding="utf-8"))["config"]
        return bytes_of(config)

    return reckoned('"<&>" ü ' * ((wanted - reckoned("")) // (reckoned('"<&>" ü ') - reckoned(""))))


def test_the_limit_is_pulumis(stack: Stack) -> None:
    fitting = configured(stack, CAPACITY - 200)
    assert fitting <= CAPACITY
    assert stack.run("preview").code == 0
    assert stack.command("check", stack.file.name).code == 0

    too_large = configured(stack, CAPACITY + 200)
    assert too_large > CAPACITY
    said = stack.run("preview")
    assert "argument list too long" in said.text
    checked = stack.command("check", stack.file.name)
    assert checked.code == 1
    assert "extends: FILE" in checked.text


def test_thousands_of_objects_are_in_a_file(stack: Stack) -> None:
    names = [f"queue-{number:05}" for number in range(4000)]
    topology = {"vhost": stack.vhost, "queues": {name: {"type": "classic"} for name in names}}
    stack.configure(topology)
    assert "argument list too long" in stack.run("preview").text
    (stack.folder / "large.yaml").write_text(yaml.safe_dump(topology), encoding="utf-8")
    stack.configure({"extends": "large.yaml"})
    said = stack.run("preview")
    assert said.code == 0, said.text
    assert "+ 4002 to create" in said.text
    assert stack.command("check", stack.file.name).code == 0
