"""Pydantic's errors in the words of a configuration: what is wrong, and what would be right.

No message holds a value: any value could be a secret that stands in the wrong place.
"""

from __future__ import annotations

import math
import types
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from ..model.base import Model
from ..problems import Path, Problem, did_you_mean, did_you_mean_key, one_of

MISSING = "is missing"
"""The message about a required key that is not there."""

_KEY_STEP = "[key]"

_WANTED = {
    "model_type": "a map",
    "dict_type": "a map",
    "list_type": "a list",
    "string_type": "text",
    "int_type": "a whole number",
    "bool_type": "true or false",
}

_BOUNDS = {
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "too_short": "has {actual_length} entries, and needs at least {min_length}",
    "too_long": "has {actual_length} entries, and takes at most {max_length}",
    "string_too_short": "is empty",
}


def problems(error: ValidationError, model: type[BaseModel], raw: Any) -> Iterator[Problem]:
    """One problem for each of pydantic's errors on `raw`, the value that `model` refused."""
    for detail in error.errors(include_input=False, include_url=False):
        yield _problem(detail, model, raw)


def takes_secret(model: type[BaseModel], path: Path) -> bool:
    """Whether what stands at `path` is kept secret."""
    return SecretStr in _children(_annotation_at(model, path))


def _problem(detail: ErrorDetails, model: type[BaseModel], raw: Any) -> Problem:
    kind, context = detail["type"], detail.get("ctx", {})
    path: Path = detail["loc"]
    if _is_about_a_key(detail, model):
        if kind == "string_type":
            return Problem(path[:-1], "a name must be text", "put it in quotes")
        return Problem(path[:-1], f"the name {detail['msg']}")
    value = _value_at(raw, path)
    if kind == "missing":
        return Problem(path, MISSING, _purpose(model, path))
    if kind == "extra_forbidden":
        key, known = str(path[-1]), list(_keys_at(model, path[:-1]))
        if reason := _refused_at(model, path[:-1]).get(key):
            return Problem(path, reason, "leave it out")
        hint = did_you_mean_key(key, known)
        return Problem(path, "is not a known key", hint or f"known keys: {', '.join(known)}")
    if kind == "literal_error":
        allowed = _literals(_annotation_at(model, path))
        hint = did_you_mean(value, allowed) if isinstance(value, str) else ""
        return Problem(path, f"must be {one_of(allowed)}", hint)
    if kind in _WANTED:
        hint = _default_hint(kind, _at(model, path)) if value is None else _type_hint(kind, value)
        hint = hint or (_examples(model, path) if kind == "int_type" else "")
        return Problem(path, f"must be {_WANTED[kind]}{_instead(kind, value)}", hint)
    if kind in _BOUNDS:
        return Problem(path, _BOUNDS[kind].format(**context))
    if kind == "string_pattern_mismatch":
        return Problem(path, "is not of the right form", _examples(model, path))
    return Problem(path, "a key must be text" if kind == "invalid_key" else detail["msg"])


def _is_about_a_key(detail: ErrorDetails, model: type[BaseModel]) -> bool:
    """Whether an error is about the name of an entry, and not about the entry.

    Pydantic says so by one more step behind the name, and anything can be called like that step.
    """
    location = detail["loc"]
    if location[1:][-1:] != (_KEY_STEP,) or detail["type"] == "extra_forbidden":
        return False
    annotation = _annotation_at(model, location[:-2])
    return any(get_origin(candidate) is dict for candidate in _children(annotation))


def _value_at(raw: Any, path: Path) -> Any:
    for step in path:
        try:
            raw = raw[step]
        except (KeyError, IndexError, TypeError):
            return None
    return raw


def _instead(kind: str, value: Any) -> str:
    """What it is instead; a number that is no whole one says so best by its own look."""
    if kind != "int_type" or not isinstance(value, float):
        return f", not {_kind_of(value)}"
    return "" if value.is_integer() or not math.isfinite(value) else ", without a fraction"


def _kind_of(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, Mapping):
        return "a map"
    if isinstance(value, list | tuple):
        return "a list"
    kinds = {str: "text", date: "a date", bytes: "binary data"}
    return next((kind for known, kind in kinds.items() if isinstance(value, known)), "a number")


def _default_hint(kind: str, found: FieldInfo | Any) -> str:
    if kind == "model_type":
        return "write {} to take every default"
    if not isinstance(found, FieldInfo) or found.is_required():
        return ""
    empty = {"dict_type": "write {} or leave", "list_type": "write [] or leave"}.get(kind)
    return f"{empty} the key out" if empty else "leave the key out to take the default"


def _type_hint(kind: str, value: Any) -> str:
    if kind == "int_type" and isinstance(value, str) and value.strip().lstrip("-").isdigit():
        return "write the number without quotes"
    if kind == "int_type" and isinstance(value, float) and value.is_integer():
        return "leave out the decimal point"
    if kind == "bool_type" and isinstance(value, str):
        return "write true or false without quotes"
    if kind == "string_type" and not isinstance(value, Mapping | list):
        return "put it in quotes"
    if kind == "string_type" and isinstance(value, Mapping) and list(value) == ["secure"]:
        return "encrypted values can stand in the stack file only"
    if kind == "model_type" and isinstance(value, list):
        return "write name: {…} for each entry instead of a list"
    return ""


def _children(annotation: Any) -> Iterator[Any]:
    """The alternatives of an annotation, without `Annotated`, `Optional` and unions."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _children(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for alternative in get_args(annotation):
            yield from _children(alternative)
    elif annotation is not type(None):
        yield annotation


def _step(annotation: Any, step: str | int) -> FieldInfo | Any:
    for candidate in _children(annotation):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            for name, field in candidate.model_fields.items():
                if step in (name, field.alias):
                    return field
        elif get_origin(candidate) in (dict, list):
            return get_args(candidate)[-1]
    return None


def _at(model: type[BaseModel], path: Path) -> FieldInfo | Any:
    found: FieldInfo | Any = model
    for step in path:
        annotation = found.annotation if isinstance(found, FieldInfo) else found
        found = _step(annotation, step)
    return found


def _annotation_at(model: type[BaseModel], path: Path) -> Any:
    found = _at(model, path)
    return found.annotation if isinstance(found, FieldInfo) else found


def _keys_at(model: type[BaseModel], path: Path) -> Iterator[str]:
    for candidate in _children(_annotation_at(model, path)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            for name, field in candidate.model_fields.items():
                yield field.alias or name


def _refused_at(model: type[BaseModel], path: Path) -> Mapping[str, str]:
    for candidate in _children(_annotation_at(model, path)):
        if isinstance(candidate, type) and issubclass(candidate, Model):
            return candidate.REFUSED
    return {}


def _literals(annotation: Any) -> list[str]:
    return [
        str(value)
        for candidate in _children(annotation)
        if get_origin(candidate) is Literal
        for value in get_args(candidate)
    ]


def _purpose(model: type[BaseModel], path: Path) -> str:
    """The first sentence of the missing field's own description."""
    found = _at(model, path)
    text = (found.description or "") if isinstance(found, FieldInfo) else ""
    return " ".join(text.split()).split(". ")[0].rstrip(".")


def _examples(model: type[BaseModel], path: Path) -> str:
    found = _at(model, path)
    examples = _field_examples(found) if isinstance(found, FieldInfo) else _entry_examples(found)
    return f"for example {one_of(examples)}" if examples else ""


def _entry_examples(annotation: Any) -> list[str]:
    """Of an entry in a list, which has a type and no field."""
    metadata = getattr(annotation, "__metadata__", ())
    fields = [entry for entry in metadata if isinstance(entry, FieldInfo)]
    return [str(example) for field in fields for example in field.examples or []]


def _field_examples(field: FieldInfo) -> list[str]:
    # An optional field carries its constraint, and with it the examples, inside the union.
    inner = [
        metadata
        for alternative in get_args(field.annotation)
        if get_origin(alternative) is Annotated
        for metadata in alternative.__metadata__
        if isinstance(metadata, FieldInfo)
    ]
    return [str(example) for info in (field, *inner) for example in info.examples or []]
