"""JSON Schema (draft-07, which editors read) of a topology file and of a stack file.

What may be written in one file of several that are merged cannot be asked of each of them: a key
that is required may stand in the file below. So only entries of lists, which are never merged, have
required keys here; `check` sees the whole and asks for the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ..config_files.extends import EXTENDS
from ..config_files.stack_file import PROJECT, SECURE
from ..endpoints import AMQP_SCHEMES
from ..model import Topology
from ..rules import RULES
from .stack_keys import KEYS, TOPOLOGY, Key

_DRAFT: Final = "http://json-schema.org/draft-07/schema#"
_DEFINITIONS: Final = "#/definitions/"
_LEFT_OUT: Final = ("title", "writeOnly")
_SECRET: Final = {"$ref": f"{_DEFINITIONS}Secret"}

Schema = dict[str, Any]


def topology_schema() -> Schema:
    """The schema of a plain topology file, and of a file that others extend."""
    return {
        "$schema": _DRAFT,
        "title": "RabbitMQ topology",
        **_topology(),
    }


def stack_schema() -> Schema:
    """The schema of `Pulumi.<stack>.yaml`, where secrets may be encrypted."""
    topology = _with_secrets(_topology())
    definitions = topology.pop("definitions")
    definitions["Secret"] = {
        "type": "object",
        "description": "A value that `pulumi config set --secret` has encrypted.",
        "properties": {SECURE: {"type": "string"}},
        "required": [SECURE],
        "additionalProperties": False,
    }
    definitions["Topology"] = {
        **topology,
        "anyOf": [{"required": ["vhost"]}, {"required": [EXTENDS]}],
    }
    return {
        "$schema": _DRAFT,
        "title": "Pulumi stack with a RabbitMQ topology",
        "type": "object",
        "properties": {
            "config": _config(),
            "environment": {"description": "Pulumi ESC environments.", "type": ["array", "object"]},
            "secretsprovider": {"description": "What encrypts secrets.", "type": "string"},
            "encryptedkey": {"description": "Key of the secrets provider.", "type": "string"},
            "encryptionsalt": {"description": "Salt of the passphrase.", "type": "string"},
        },
        "additionalProperties": False,
        "definitions": dict(sorted(definitions.items())),
    }


def _config() -> Schema:
    names = "|".join(
        key.name.removeprefix(f"{PROJECT}:") for key in KEYS if key.name.startswith(PROJECT)
    )
    topology = {
        "description": "The vhost and everything in it.",
        "allOf": [{"$ref": f"{_DEFINITIONS}Topology"}],
    }
    return {
        "description": "The stack's configuration.",
        "type": "object",
        "properties": {key.name: _key(key) for key in KEYS} | {TOPOLOGY: topology},
        # What Pulumi would silently ignore; other namespaces are other providers' business.
        "patternProperties": {f"^{PROJECT}:(?!({names}|topology)$)": False},
    }


def _key(key: Key) -> Schema:
    schema: Schema = {"type": "string", "minLength": 1}
    if key.flag:
        schema = {"enum": [True, False, "true", "false"]}
    elif key.schemes:
        path = "" if key.schemes == AMQP_SCHEMES else r"(/[^?#\s]*[^/?#\s])?"
        schema |= {"pattern": f"^({'|'.join(key.schemes)})://[^/@?#\\s]+{path}$"}
    if key.may_be_secret:
        schema = {"anyOf": [schema, _SECRET]}
    return {"description": key.description, **schema}


def _topology() -> Schema:
    generated = Topology.model_json_schema(by_alias=True, ref_template=_DEFINITIONS + "{model}")
    definitions = generated.pop("$defs")
    in_lists = set(_list_entries([generated, definitions]))
    del generated["required"]
    for name, definition in definitions.items():
        if name not in in_lists:
            definition.pop("required", None)
    schema = _tidy(generated)
    schema["properties"] = {EXTENDS: _extends(), **schema["properties"]}
    schema["properties"]["ignore_rules"] |= _ignore_rules_schema()
    return {**schema, "definitions": {k: _tidy(v) for k, v in sorted(definitions.items())}}


def _extends() -> Schema:
    file = {"type": "string", "minLength": 1}
    return {
        "description": "One or more YAML files of the same shape, merged under this one: maps "
        "deep, lists appended, everything else replaced. Relative to the file that names them, "
        "in a stack to the project's folder.",
        "anyOf": [file, {"type": "array", "items": file}],
        "examples": ["topologies/base.yaml"],
    }


def _ignore_rules_schema() -> Schema:
    reason = {"type": "string", "minLength": 1}
    rules = sorted((rule for rule in RULES if rule.ignorable), key=lambda rule: rule.name)
    return {
        "properties": {
            rule.name: {"description": _one_line(rule.explanation), **reason} for rule in rules
        },
        "additionalProperties": False,
    }


def _list_entries(schema: Any) -> Iterator[str]:
    """Names of the definitions that lists hold."""
    if isinstance(schema, list):
        for entry in schema:
            yield from _list_entries(entry)
    elif isinstance(schema, dict):
        items = schema.get("items")
        if isinstance(items, dict) and "$ref" in items:
            yield items["$ref"].removeprefix(_DEFINITIONS)
        for entry in schema.values():
            yield from _list_entries(entry)


def _tidy(schema: Any) -> Any:
    """Without what editors would show and nobody needs, and in the way of draft-07."""
    if isinstance(schema, list):
        return [_tidy(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    tidied: Schema = {
        key: {name: _tidy(entry) for name, entry in value.items()}
        if key == "properties"
        else _tidy(value)
        for key, value in schema.items()
        if key not in _LEFT_OUT and (key != "default" or value is not None)
    }
    if isinstance(tidied.get("description"), str):
        tidied["description"] = text = _one_line(tidied["description"])
        if "`" in text:
            tidied["markdownDescription"] = text  # or editors would show the backticks
    if "$ref" in tidied and len(tidied) > 1:
        # Draft-07 ignores what stands beside a reference.
        tidied["allOf"] = [{"$ref": tidied.pop("$ref")}]
    return tidied


def _with_secrets(schema: Any) -> Any:
    """With every password and URI either in the clear or encrypted."""
    if isinstance(schema, list):
        return [_with_secrets(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: _with_secrets(value) for key, value in schema.items()}
    if changed.get("format") != "password":
        return changed
    texts = ("description", "markdownDescription")
    described = {key: changed.pop(key) for key in texts if key in changed}
    return {**described, "anyOf": [changed, _SECRET]}


def _one_line(text: str) -> str:
    return " ".join(text.split())
