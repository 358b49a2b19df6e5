"""What is written for each definitions file, without a broker and without an engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.adopt.documents import FOLDER, NAMES, ONE_VHOST, document
from tests.cli.command import topology
from tests.support.mocked_run import run_program
from topology.adopt import Adoption, Selection, adopt_vhost, import_entries, read_definitions
from topology.adopt.import_file import BINDING
from topology.check import check
from topology.problems import ConfigError
from topology.version import BrokerFacts, Version

EXPECTED = Path(__file__).parent / "expected"
SECRETS = (
    "kept-from-sight",
    "s3cret-word",
    "other-w0rd",
    "pass-in-uri",
    "gl4ss-onion",
    "p%40ss",
    "not-for-files",
    "FJgLX3qohWzpV",
    "pyQyqKIF5yt0X",
)
"""Passwords in the definitions files, and the beginnings of hashes of some."""


def _adopted(name: str, selection: Selection | None = None) -> list[Adoption]:
    found = read_definitions(document(name), vhost="mail" if name == ONE_VHOST else None)
    return [adopt_vhost(vhost, found, selection or Selection()) for vhost in found.vhosts]


def _told(adoption: Adoption) -> dict[str, Any]:
    """What is expected, as the files beside this have it."""
    told = {
        "topology": adoption.written(),
        "left_out": [f"{one.kind} {one.name}: {one.reason}" for one in adoption.left_out],
        "secrets": [".".join(path) for path in adoption.secrets],
        "written_out": [f"{one.kind} {one.name}: {one.reason}" for one in adoption.written_out],
    }
    return {key: value for key, value in told.items() if value}


@pytest.mark.parametrize("name", NAMES)
def test_every_object_is_written_or_named(name: str) -> None:
    expected = yaml.safe_load((EXPECTED / f"{name}.yaml").read_text(encoding="utf-8"))
    assert [_told(adoption) for adoption in _adopted(name)] == expected


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_dropped_silently(name: str) -> None:
    found = document(name)
    adoptions = {adoption.vhost: adoption for adoption in _adopted(name)}
    for section in ("exchanges", "queues", "policies", "bindings", "permissions"):
        for entry in found.get(section, []):
            adoption = adoptions[entry.get("vhost", "mail")]
            held = adoption.config.get(section, {})
            named = [one.name for one in adoption.left_out]
            if section == "bindings":
                ends = (entry["source"], entry["destination"])
                written = any((one["source"], one["destination"]) == ends for one in held)
                assert written or any(label.startswith(f"{ends[0]} -> ") for label in named)
            elif section == "permissions":
                assert entry["user"] in {one["user"] for one in held} | set(named)
            else:
                assert entry["name"] in {*held, *named}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_passes_the_checks(name: str) -> None:
    for adoption in _adopted(name):
        if not adoption.secrets:
            assert check(adoption.written()).errors == ()


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_is_in_a_file(name: str, tmp_path: Path) -> None:
    vhost = ["--vhost", "mail"] if name == ONE_VHOST else []
    ended = topology("adopt", str(FOLDER / f"{name}.json"), "-o", str(tmp_path), *vhost)
    assert ended.code == 0, ended.err
    written = [file.read_text(encoding="utf-8") for file in tmp_path.iterdir()]
    assert len(written) == 2 * len(_adopted(name))
    for text in (*written, ended.out, ended.err):
        assert not [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize("name", NAMES)
def test_the_import_file_has_the_names_that_the_program_gives(name: str) -> None:
    for adoption in _adopted(name):
        entries = import_entries(adoption.settled.topology, {}, "3.5.3")
        named = {(entry["type"], entry["name"]) for entry in entries}
        assert len(named) == len(entries)
        registered = {(one.type, one.name) for one in run_program(dict(adoption.config)).resources}
        assert named <= registered
        # Only the ids of bindings with arguments are the broker's secret.
        hashed = [
            binding for binding in adoption.config.get("bindings", []) if "arguments" in binding
        ]
        missing = registered - named
        assert {kind for kind, _ in missing} <= {BINDING}
        assert len(missing) == len(hashed)


def test_ids_are_those_of_the_provider() -> None:
    (adoption,) = _adopted("names")
    ids = {
        entry["name"]: entry["id"] for entry in import_entries(adoption.settled.topology, {}, "")
    }
    vhost = "strange names/100% [x]"
    encoded = "strange names%2F100%25 [x]"
    queue = "ünïcode-☃"
    assert f"{queue}@{vhost}" in ids.values()
    assert f"{encoded}/ex change/with space/queue/a+b.%7E.%2A.%23" in ids.values()
    assert f"{encoded}/ex change/{queue}/queue/%C3%A4%2F%C3%B6%2B%C3%BC%25%26%3D%3F" in ids.values()
    assert f"{encoded}/ex change/plus+plus/queue/~" in ids.values()


def test_patterns_select_and_leave_out() -> None:
    (adoption,) = _adopted("grown", Selection.of(["queue:web.*", "exchange:shop.*"], ["*.push"]))
    assert set(adoption.config["queues"]) == {"web.mail", "web.sms"}
    assert {binding["destination"] for binding in adoption.config["bindings"]} == {
        "web.mail",
        "web.sms",
        "shop.routed-by-type",
    }
    assert "users" not in adoption.config
    reasons = {one.name: one.reason for one in adoption.left_out}
    assert reasons["web.push"] == "left out by --except"
    assert reasons["audit"] == "not selected by --only"
    ignored = adoption.config["ignore_drift"]
    assert ignored[0] == "*.push"
    assert "queue:audit" in ignored


def test_mirroring_stays_where_there_is_mirroring() -> None:
    (adoption,) = _adopted("mirrored-3.6")
    assert adoption.config["rabbitmq_version"] == "3.10"
    assert set(adoption.config["policies"]) == {"ha-all", "ha-two", "ha-nodes"}
    found = read_definitions(document("mirrored-3.6"), version=Version(4, 0))
    newer = adopt_vhost("billing", found, Selection())
    assert "policies" not in newer.config
    assert {one.name for one in newer.left_out} == {"ha-all", "ha-two", "ha-nodes"}


def test_a_policy_of_this_program_is_read_back_as_settings() -> None:
    vhost = {"name": "v"}
    queue = {"name": "q.1", "vhost": "v", "durable": True, "arguments": {"x-queue-type": "quorum"}}
    base = {"name": "base", "vhost": "v", "pattern": "^q", "apply-to": "queues", "priority": 1}
    own = {"name": "queue.q.1", "vhost": "v", "pattern": r"^q\.1$", "apply-to": "queues"}
    found = read_definitions(
        {
            "vhosts": [vhost],
            "queues": [queue],
            "policies": [
                {**base, "definition": {"overflow": "reject-publish"}},
                {
                    **own,
                    "priority": 1_000_000,
                    "definition": {"overflow": "reject-publish", "max-length": 5},
                },
            ],
        }
    )
    adoption = adopt_vhost("v", found, Selection())
    assert adoption.config["queues"] == {"q.1": {"type": "quorum", "max_length": 5}}
    assert set(adoption.config["policies"]) == {"base"}
    assert set(adoption.settled.topology.policies) == {"base", "queue.q.1"}
    assert adoption.left_out == ()


def test_a_policy_that_this_program_would_not_make_again_is_left_out() -> None:
    found = read_definitions(
        {
            "vhosts": [{"name": "v"}],
            "queues": [{"name": "q", "vhost": "v", "arguments": {"x-queue-type": "classic"}}],
            "policies": [
                {
                    "name": "queue.q",
                    "vhost": "v",
                    "pattern": "^q$",
                    "apply-to": "queues",
                    "priority": 1_000_000,
                    "definition": {"max-length": 5, "federation-upstream-set": "all"},
                }
            ],
        }
    )
    adoption = adopt_vhost("v", found, Selection())
    assert adoption.config["queues"] == {"q": {}}
    (left_out,) = adoption.left_out
    assert left_out.name == "queue.q"


def test_a_plugins_exchange_type_is_not_refused_for_being_unknown_offline() -> None:
    exchange = {"name": "x", "vhost": "v", "type": "x-of-ours", "durable": True}
    found = read_definitions({"vhosts": [{"name": "v"}], "exchanges": [exchange]})
    adoption = adopt_vhost("v", found, Selection())
    assert adoption.config["exchanges"] == {"x": {"type": "x-of-ours"}}
    assert list(adoption.config["ignore_rules"]) == ["unknown-exchange-type"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([], "is not a definitions file: not a JSON object"),
        ({"a": 1}, "is not a definitions file: it has neither queues"),
        ({"queues": 5}, "queues: must be a list"),
        ({"queues": [5]}, "queues[0]: must be a map"),
        ({"queues": [{"vhost": "v"}]}, "queues[0].name: is missing, or is not text"),
        ({"queues": [{"name": "q"}]}, "queues[0]: does not say which vhost it is in"),
        ({"queues": [{"name": "q", "vhost": "v", "arguments": 5}]}, "queues[0].arguments: must be"),
    ],
)
def test_what_is_no_definitions_file_is_told(content: Any, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        read_definitions(content)
    assert said in str(error.value)


def test_a_stack_file_is_never_overwritten(tmp_path: Path) -> None:
    file = str(FOLDER / "one-queue.json")
    stack = tmp_path / "Pulumi.jobs.yaml"
    stack.write_text("precious\n", encoding="utf-8")
    ended = topology("adopt", file, "-o", str(tmp_path))
    assert ended.code == 2
    assert "exists already; name the stack with --stack, or overwrite it with --force" in ended.err
    assert [one.name for one in tmp_path.iterdir()] == [stack.name]
    assert stack.read_text() == "precious\n"
    assert topology("adopt", file, "-o", str(tmp_path), "--force").code == 0
    assert "vhost: jobs" in stack.read_text()


def test_json_tells_all(tmp_path: Path) -> None:
    file = str(FOLDER / "several-vhosts.json")
    ended = topology("adopt", file, "-o", str(tmp_path), "--json")
    told = json.loads(ended.out)
    assert [one["stack"] for one in told["stacks"]] == ["team-a", "team-a-2", "empty"]
    assert told["stacks"][0]["commands"][0] == "pulumi stack init team-a"
    assert len(told["stacks"][0]["commands"]) == 3
    assert "left out: user nobody, who has no rights in any vhost" in told["left_out"]


def test_what_a_file_is_for_is_checked(tmp_path: Path) -> None:
    found = read_definitions({"queues": [{"name": "q", "vhost": "v"}]})
    assert found.facts == BrokerFacts(Version(4, 3))
    ended = topology("adopt", str(tmp_path / "none.json"))
    assert (ended.code, ended.out) == (2, "")
    assert "cannot be read: No such file or directory" in ended.err


def test_what_is_too_much_for_a_stack_is_in_a_file_of_its_own(tmp_path: Path) -> None:
    queue = {"vhost": "large", "durable": True, "auto_delete": False, "arguments": {}}
    queues = [{**queue, "name": f"orders.of.customer.{number:05}"} for number in range(3000)]
    definitions = tmp_path / "definitions.json"
    content = {"rabbit_version": "4.3.6", "vhosts": [{"name": "large"}], "queues": queues}
    definitions.write_text(json.dumps(content), encoding="utf-8")
    arguments = ("adopt", str(definitions), "-o", str(tmp_path))
    said = topology(*arguments, "--json")
    assert said.code == 0, said.err
    separate = tmp_path / "topologies" / "large.yaml"
    assert json.loads(said.out)["stacks"][0]["topology_file"] == str(separate)
    stack = yaml.safe_load((tmp_path / "Pulumi.large.yaml").read_text(encoding="utf-8"))
    extending = stack["config"]["rabbitmq-topology:topology"]
    assert extending == {"extends": "topologies/large.yaml"}
    assert len(yaml.safe_load(separate.read_text(encoding="utf-8"))["queues"]) == 3000
    assert topology("check", str(tmp_path / "Pulumi.large.yaml")).code == 0

    (tmp_path / "Pulumi.large.yaml").unlink()
    again = topology(*arguments)
    assert again.code == 2
    assert f"{separate} exists already" in again.err
