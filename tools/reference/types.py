"""The type of a field, in words for the reference page, from its JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from topology.cli.json_schema import Schema

_NAMES: Final = {"string": "text", "boolean": "true/false", "object": "map"}


def type_in_words(schema: Schema) -> str:
    """Such as: text, whole number ≥ 1, `a` or `b`, list of text."""
    return " or ".join(dict.fromkeys(_alternatives(schema)))


def _alternatives(schema: Schema) -> Iterator[str]:
    for key in ("anyOf", "allOf"):
        for alternative in schema.get(key, ()):
            yield from _alternatives(alternative)
    if "$ref" in schema:
        yield "map"
    elif "enum" in schema:
        yield from (f"`{value}`" for value in schema["enum"])
    elif "const" in schema:
        yield f"`{schema['const']}`"
    elif "type" in schema and schema["type"] != "null":
        yield _plain(schema)


def _plain(schema: Schema) -> str:
    kind = schema["type"]
    if kind == "integer":
        return _number(schema)
    if kind == "array":
        return f"list of {type_in_words(schema.get('items', {})) or 'anything'}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"map of name → {type_in_words(schema['additionalProperties'])}"
    if schema.get("format") == "password":
        return "text (secret)"
    return _NAMES.get(kind, str(kind))


def _number(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f"whole number {low} … {high}"
    return "whole number" if low is None else f"whole number ≥ {low}"


def default_in_words(schema: Schema, *, required: bool) -> str:
    """The default as it would be written, or that there is none."""
    if required:
        return "required"
    default: Any = schema.get("default")
    if default is None:
        return ""
    return f"`{default}`" if default and isinstance(default, str) else f"`{json.dumps(default)}`"
