"""The JSON Schemas say the same as the models, wherever an editor could know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from tests.cli.command import PROJECT, topology
from tests.cli.test_show import topology as topologies
from topology.check import check
from topology.cli.json_schema import stack_schema, topology_schema
from topology.config_files import Document
from topology.parse import parse
from topology.parse.schema_errors import MISSING
from topology.problems import Problem

PLAIN = Draft7Validator(topology_schema())
STACK = Draft7Validator(stack_schema())
SECURE = {"secure": "v1:x"}


def in_stack(value: Any) -> dict[str, Any]:
    return {
        "config": {"rabbitmq-topology:topology": value, "rabbitmq:password": SECURE},
        "encryptionsalt": "v1:x",
    }


@pytest.mark.parametrize("schema", [topology_schema(), stack_schema()], ids=["plain", "stack"])
def test_they_are_json_schemas_of_draft_7(schema: dict[str, Any]) -> None:
    Draft7Validator.check_schema(schema)
    text = json.dumps(schema)
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    for later_than_draft_7 in ("$defs", "prefixItems", "unevaluated", "dependentRequired"):
        assert later_than_draft_7 not in text
    for reference in set(_references(schema)):
        assert reference.removeprefix("#/definitions/") in schema["definitions"]


def _references(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [found for entry in schema for found in _references(entry)]
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []
    if own:
        assert len(schema) == 1, "draft-07 ignores what stands beside a reference"
    return own + [found for entry in schema.values() for found in _references(entry)]


def test_every_field_is_described() -> None:
    for schema in (topology_schema(), *topology_schema()["definitions"].values()):
        for name, field in schema.get("properties", {}).items():
            assert field.get("description"), name


@pytest.mark.parametrize("option", [[], ["--stack"]])
def test_the_command_prints_what_is_committed(option: list[str]) -> None:
    name = "stack" if option else "topology"
    committed = (PROJECT / "schema" / f"{name}.schema.json").read_text(encoding="utf-8")
    assert topology("schema", *option).out == committed


@pytest.mark.parametrize(
    "path",
    [
        *sorted(PROJECT.glob("Pulumi.*.yaml")),
        *sorted(PROJECT.glob("topologies/*.yaml")),
        *sorted(PROJECT.glob("docs/examples/*.yaml")),
    ],
    ids=lambda path: path.name,
)
def test_files_name_their_schema_and_obey_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    modeline = text.splitlines()[0]
    schema = modeline.removeprefix("# yaml-language-server: $schema=")
    assert schema != modeline
    validator = Draft7Validator(json.loads((path.parent / schema).read_text(encoding="utf-8")))
    assert [error.message for error in validator.iter_errors(Document.read(path).value)] == []


def _may_be_below(problem: Problem) -> bool:
    """Whether a file that is merged under this one could have what is missing here."""
    in_a_list = len(problem.path) > 1 and isinstance(problem.path[-2], int)
    return problem.message == MISSING and not in_a_list


WRONG: list[dict[str, Any]] = [
    {"vhost": ""},
    {"vhost": 5},
    {"vhost": {"name": "v", "max_queues": -2}},
    {"vhost": {"name": "v", "default_queue_type": "mirrored"}},
    {"queue": {}},
    {"queues": []},
    {"queues": {"": {}}},
    {"queues": {"q" * 256: {}}},
    {"queues": {"q": None}},
    {"queues": {"q": {"tipe": "quorum"}}},
    {"queues": {"q": {"type": "Quorum"}}},
    {"queues": {"q": {"durable": "yes"}}},
    {"queues": {"q": {"message_ttl": -1}}},
    {"queues": {"q": {"message_ttl": "5"}}},
    {"queues": {"q": {"message_ttl": 5.5}}},
    {"queues": {"q": {"message_ttl": True}}},
    {"queues": {"q": {"max_priority": 256}}},
    {"queues": {"q": {"max_age": "7 days"}}},
    {"queues": {"q": {"overflow": "drop"}}},
    {"queues": {"q": {"dead_letter": "yes"}}},
    {"queues": {"q": {"dead_letter": {"queues": "x"}}}},
    {"queues": {"q": {"retry": {"delays": []}}}},
    {"queues": {"q": {"retry": {"delays": ["5 s"]}}}},
    {"queues": {"q": {"retry": {"delays": [0]}}}},
    {"queues": {"q": {"arguments": []}}},
    {"exchanges": {"e": {"type": ""}}},
    {"exchanges": {"e": {"internal": True}}},
    {"bindings": {}},
    {"bindings": [{"source": "e"}]},
    {"bindings": [{"source": "e", "destination": "q", "rooting_key": "k"}]},
    {"bindings": [{"source": "e", "destination": "q", "destination_type": "stream"}]},
    {"bindings": [{"source": "e", "destination": "q", "routing_key": "k" * 256}]},
    {"policies": {"p": {"pattern": "x", "definition": {"message_ttl": 5}}}},
    {"policies": {"p": {"pattern": "x", "definition": {"ha-params": True}}}},
    {"operator_policies": {"p": {"pattern": "x", "definition": {"dead-letter-exchange": "e"}}}},
    {"users": {"u": {"password": 5}}},
    {"users": {"u": {"password": SECURE}}},
    {"users": {"u": {"tags": [""]}}},
    {"users": {"u": {"tags": "administrator"}}},
    {"permissions": [{"configure": ".*"}]},
    {"topic_permissions": [{"user": "u"}]},
    {"services": {"s": {"publishes": "e"}}},
    {"services": {"s": {"rotation": 0}}},
    {"shovels": {"s": {"source_delete_after": "soon"}}},
    {"federation_upstreams": {"f": {"ack_mode": "never"}}},
    {"defaults": {"queues": {}}},
    {"profiles": {"p": {"type": "lazy"}}},
    {"ignore_rules": {"unreachable-queue-typo": "because"}},
    {"ignore_rules": {"duplicate-binding": "because"}},
    {"rabbitmq_version": "four"},
    {"rabbitmq_version": 4.3},
    {"protect": "yes"},
    {"adopt": 1},
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: json.dumps(wrong)[:60])
def test_what_the_model_refuses_the_schema_refuses(wrong: dict[str, Any]) -> None:
    raw = {"vhost": "v"} | wrong
    assert not PLAIN.is_valid(raw)
    assert [problem for problem in check(raw).errors if not _may_be_below(problem)]
    if SECURE not in _values(raw):
        assert not STACK.is_valid(in_stack(raw))


def _values(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [value, *(found for entry in inner for found in _values(entry))]


FINE: list[dict[str, Any]] = [
    {"vhost": {"name": "v", "max_connections": -1}},
    {"queues": {"q" * 255: {}}},
    {"queues": {"q": {"dead_letter": False}}},
    {"queues": {"q": {"dead_letter": {"queue": "x"}, "max_length": None}}},
    {"queues": {"q": {"retry": {"delays": ["500ms", 5, "1d"]}}}},
    {"queues": {"q": {"arguments": {"x-anything": [1, {"a": None}]}}}},
    {"policies": {"p": {"pattern": "x", "definition": {"ha-params": ["a", "b"]}}}},
    {"services": {"s": {"publishes": ["e"]}}},
    {"services": {"s": {"publishes": {"e": ["a.*"]}}}},
    {"shovels": {"s": {"source_uri": "a", "destination_uri": "b", "source_delete_after": 5}}},
    {"rabbitmq_version": "3.13.7"},
    {"allow_deletion": {"queues": ["a"], "vhost": True}},
]


@pytest.mark.parametrize("fine", FINE, ids=lambda fine: json.dumps(fine)[:60])
def test_what_the_model_takes_the_schema_takes(fine: dict[str, Any]) -> None:
    raw = {"vhost": "v"} | fine
    assert parse(raw).problems == ()
    assert PLAIN.is_valid(raw)
    assert STACK.is_valid(in_stack(raw))


JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, "", "x", 0, -1, 1.5, [], {}, [{}], {"a": 1}, "5s", "quorum"]
)


@given(topologies(), st.data())
@settings(max_examples=300, deadline=None)
def test_they_agree_on_whatever_is_changed_in_a_topology(
    raw: dict[str, Any], data: st.DataObject
) -> None:
    """One value somewhere becomes another, or a key is misspelt."""
    places = list(_places(raw))
    path = data.draw(st.sampled_from(places))
    holder: Any = raw
    changed = json.loads(json.dumps(raw))
    holder = changed
    for step in path[:-1]:
        holder = holder[step]
    if data.draw(st.booleans()) or not isinstance(path[-1], str):
        holder[path[-1]] = data.draw(JUNK)
    else:
        holder[path[-1] + "x"] = holder.pop(path[-1])
    problems = [problem for problem in parse(changed).problems if not _may_be_below(problem)]
    assert PLAIN.is_valid(changed) == (not problems), problems


def _places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    entries: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        entries = list(value.items())
    elif isinstance(value, list):
        entries = list(enumerate(value))
    return [
        place for key, entry in entries for place in [(*path, key), *_places(entry, (*path, key))]
    ]


@pytest.mark.parametrize(
    ("stack", "valid"),
    [
        ({}, True),
        (in_stack({"vhost": "v"}), True),
        (in_stack({"extends": "topologies/base.yaml"}), True),
        (in_stack({"extends": ["a.yaml", "b.yaml"], "policies": {"p": {"priority": 1}}}), True),
        (in_stack({"vhost": "v", "users": {"u": {"password": SECURE}}}), True),
        (in_stack({"vhost": "v", "users": {"u": {"password": {"secure": 5}}}}), False),
        (in_stack({"queues": {}}), False),
        (in_stack({"vhost": "v", "extends": []}), True),
        (in_stack({"vhost": "v", "extends": 5}), False),
        (in_stack({"vhost": SECURE}), False),
        ({"config": {"aws:region": "eu-central-1"}}, True),
        ({"config": {"rabbitmq-topology:amqpEndpoint": "amqps://h:5671"}}, True),
        ({"config": {"rabbitmq-topology:amqpEndpoint": "http://h"}}, False),
        ({"config": {"rabbitmq-topology:amqpEndpoint": "amqp://u:p@h"}}, False),
        ({"config": {"rabbitmq-topology:amqpEndpont": "amqp://h"}}, False),
        ({"config": {"rabbitmq-topology:offline": "true"}}, True),
        ({"config": {"rabbitmq-topology:offline": "maybe"}}, False),
        ({"confg": {}}, False),
        ({"secretsprovider": "awskms://key", "encryptedkey": "x"}, True),
    ],
    ids=lambda value: json.dumps(value)[:60],
)
def test_stack_files_as_a_whole(stack: dict[str, Any], valid: bool) -> None:  # noqa: FBT001
    assert STACK.is_valid(stack) == valid
