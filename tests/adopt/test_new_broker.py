"""A definitions file and a vhost that is shared: stacks for a broker that has none of it, or has
others in it as well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.adopt.adopted import Adopted
from tests.adopt.documents import FOLDER, document, renamed
from tests.cli.command import topology
from tests.support.api import Api
from tests.support.stack import Stack
from topology.adopt import Selection, Users, adopt_vhost, read_definitions


def _vhost(**sections: Any) -> Any:
    return read_definitions({"vhosts": [{"name": "v"}], **sections})


def test_a_default_queue_type_that_is_written_is_declared() -> None:
    vhosts = [{"name": "v", "metadata": {"default_queue_type": "classic"}}]
    adoption = adopt_vhost("v", _vhost(vhosts=vhosts), Selection())
    assert adoption.config["vhost"] == {"name": "v", "default_queue_type": "classic"}
    assert adoption.remarks == ()


@pytest.mark.parametrize("default", [None, "quorum", "classic"])
def test_a_type_counts_only_as_an_argument(default: str | None) -> None:
    """RabbitMQ 4.0 and 4.3 import the first two as the vhost's default type; classic is what older
    brokers write beside a queue without arguments."""
    queue = {"vhost": "v", "durable": True, "auto_delete": False, "arguments": {}}
    argument = {"x-queue-type": "stream"}
    queues = [
        {**queue, "name": "beside", "type": "quorum"},
        {**queue, "name": "untyped"},
        {**queue, "name": "classic", "type": "classic"},
        {**queue, "name": "argument", "type": "classic", "arguments": argument},
    ]
    vhost = {"name": "v", **({"default_queue_type": default} if default else {})}
    adoption = adopt_vhost("v", _vhost(vhosts=[vhost], queues=queues), Selection())
    declared = adoption.settled.topology.queues
    expected = default or "classic"
    assert {name: one.type for name, one in declared.items()} == {
        "beside": expected,
        "untyped": expected,
        "classic": "classic",
        "argument": "stream",
    }
    assert adoption.left_out == ()


def test_users_can_be_made_by_the_stack() -> None:
    found = read_definitions(document("grown"))
    adoption = adopt_vhost("shop", found, Selection(users=Users.GENERATED))
    users = adoption.settled.topology.users
    assert not any(user.existing or user.password for user in users.values())
    assert users["reports"].tags == ["monitoring"]


def test_users_can_be_brought_with_their_hashes(tmp_path: Path) -> None:
    arguments = ("adopt", str(FOLDER / "grown.json"), "-o", str(tmp_path), "--users", "hashes")
    ended = topology(*arguments, "--json")
    assert ended.code == 0, ended.err
    (told,) = json.loads(ended.out)["stacks"]
    file = tmp_path / "Pulumi.shop.users.json"
    assert told["users_file"] == str(file)
    assert told["commands_for_new_broker"][:2] == [
        "pulumi stack init shop",
        f"rabbitmqctl import_definitions {file}",
    ]
    assert told["commands_for_new_broker"][-1] == "pulumi up --stack shop"
    assert file.stat().st_mode & 0o077 == 0
    written = {user["name"]: user for user in json.loads(file.read_text())["users"]}
    original = {user["name"]: user for user in document("grown")["users"]}
    adopted = told["adopted"]["users"]
    assert len(written) == adopted
    for name, user in written.items():
        assert user["password_hash"] == original[name]["password_hash"]
    hashes = [user["password_hash"] for user in written.values()]
    assert not [one for one in hashes if one in (tmp_path / "Pulumi.shop.yaml").read_text()]


def test_what_a_new_broker_lacks_is_told(tmp_path: Path) -> None:
    ended = topology("adopt", str(FOLDER / "grown.json"), "-o", str(tmp_path))
    assert "to run for a new broker" in ended.out
    assert "which needs users that it does not make: deploy, " in ended.out
    assert "--users hashes" in ended.out


def test_passwords_of_a_live_broker_are_not_replaced() -> None:
    ended = topology("adopt", "--users", "generated")
    assert ended.code == 2
    assert "--users generated needs FILE" in ended.err


def test_a_shared_vhost_is_only_referred_to(tmp_path: Path) -> None:
    ended = topology(
        "adopt", str(FOLDER / "one-queue.json"), "-o", str(tmp_path), "--existing-vhost"
    )
    assert ended.code == 0, ended.err
    stack = yaml.safe_load((tmp_path / "Pulumi.jobs.yaml").read_text())
    declared = stack["config"]["rabbitmq-topology:topology"]["vhost"]
    assert declared == {"name": "jobs", "existing": True}
    entries = json.loads((tmp_path / "Pulumi.jobs.import.json").read_text())["resources"]
    assert entries and not [one for one in entries if one["type"].endswith(":VHost")]


@pytest.mark.parametrize("users", [Users.HASHES, Users.GENERATED])
def test_a_new_broker_gets_all_of_it(stack: Stack, users: Users) -> None:
    adopted = Adopted(stack)
    file = _renamed_file(adopted, "one-queue")
    told = adopted.adopt(str(file), "--users", users)
    (one,) = told["stacks"]
    for command in one["commands_for_new_broker"]:
        said = adopted.shell(_as_api(adopted, command))
        assert said.code == 0, f"{command}\n{said.text}"
    with Api(stack.broker) as api:
        assert set(api.queues(one["vhost"])) == {"work"}
    name = one["stack"]
    said = adopted.shell(f"pulumi preview --stack {name} --refresh --expect-no-changes")
    assert said.code == 0, said.text
    said = adopted.shell(f"pulumi destroy --stack {name} --yes --skip-preview --run-program")
    assert said.code == 0, said.text


def test_a_shared_vhost_is_adopted_without_becoming_the_stacks(stack: Stack) -> None:
    adopted = Adopted(stack, "one-queue")
    (vhost,) = adopted.vhosts
    told = adopted.adopt("--existing-vhost")
    (name,) = adopted.take_over(told)
    said = adopted.shell(f"pulumi preview --stack {name} --refresh --expect-no-changes")
    assert said.code == 0, said.text
    said = adopted.shell(f"python -m topology drift --stack {name}")
    assert said.code == 0, said.text
    said = adopted.shell(f"pulumi destroy --stack {name} --yes --skip-preview --run-program")
    assert said.code == 0, said.text
    with Api(stack.broker) as api:
        assert vhost in api.vhosts() and api.queues(vhost) == {}


def _renamed_file(adopted: Adopted, name: str) -> Path:
    file = adopted.folder / "definitions.json"
    file.write_text(json.dumps(renamed(document(name), adopted.token)))
    return file


def _as_api(adopted: Adopted, command: str) -> str:
    """The command that imports definitions, where `rabbitmqctl` is in another container."""
    if not command.startswith("rabbitmqctl import_definitions "):
        return command + (" --yes --skip-preview" if command.startswith("pulumi up") else "")
    file = command.rpartition(" ")[2]
    broker = adopted.broker
    return (
        f"curl -fsS -u {broker.username}:{broker.password} -H 'content-type: application/json' "
        f"-d @{file} {broker.management}/api/definitions"
    )
