"""Text and numbers that reach the broker in another form than they were written in."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final
from unicodedata import is_normalized, normalize

from pydantic import BaseModel, SecretStr

from ..problems import Path
from .analysis.view import View
from .rule import Finding, error

_FORM: Final = "NFC"
_STAYS_HERE: Final = {
    "rabbitmq_version",
    "profile",
    "allow_deletion",
    "retain",
    "ignore_drift",
    "ignore_rules",
}
"""Keys whose text no broker gets."""


@error("decomposed-text")
def decomposed_text(view: View) -> Iterator[Finding]:
    """The provider changes all text to Unicode's composed form (NFC) on its way to RabbitMQ: what
    is written otherwise (é as e and an accent of its own, as macOS names files) gets another name
    there than in the URLs and in the state."""
    message = "is not in Unicode's composed form (NFC), and the provider would send it so"
    for path, text in _texts(view):
        if isinstance(text, SecretStr):
            yield path, message, "write it composed"
        else:
            yield path, message, _composed(text)


def _texts(view: View) -> Iterator[tuple[Path, str | SecretStr]]:
    declared = view.declared
    for section, _ in _written(declared):
        value = getattr(declared, section)
        if section == "vhost":
            for path, text in _decomposed((section,), value):
                # Its name is what a vhost is, and mostly all that is written of it.
                yield (path[:1] if path[1:] == ("name",) else path), text
        elif section == "profiles":  # Their names stay here too.
            for name, profile in value.items():
                yield from _decomposed((section, name), profile)
        elif isinstance(value, list):
            for path, entry in view.listed(section, value):
                yield from _decomposed(path, entry)
        else:
            yield from _decomposed((section,), value)


def _decomposed(path: Path, value: Any) -> Iterator[tuple[Path, str | SecretStr]]:
    if isinstance(value, str | SecretStr):
        text = value if isinstance(value, str) else value.get_secret_value()
        # What is ASCII is composed, and to see that takes less time.
        if not text.isascii() and not is_normalized(_FORM, text):
            yield path, value
    for step, entry in _entries(value):
        yield from _decomposed((*path, step), entry)


def _entries(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, BaseModel):
        for name, key in _written(value):
            yield key, getattr(value, name)
    elif isinstance(value, Mapping):
        for name, entry in value.items():
            yield name, name
            yield name, entry
    elif isinstance(value, list):
        yield from enumerate(value)


def _written(model: BaseModel) -> Iterator[tuple[str, str]]:
    """The fields that were written and leave this machine, with their keys in the config."""
    written = model.model_fields_set
    for name, key in _keys(type(model)):
        if name in written:
            yield name, key


@cache
def _keys(model: type[BaseModel]) -> tuple[tuple[str, str], ...]:
    fields = model.model_fields.items()
    return tuple((name, field.alias or name) for name, field in fields if name not in _STAYS_HERE)


def _composed(text: str) -> str:
    composed = normalize(_FORM, text)
    changed = next((new for old, new in zip(text, composed, strict=False) if old != new), "")
    where = f", where {changed} is U+{ord(changed):04X}" if changed else ""
    return f"write {composed}{where}"


_WHOLE_NUMBER: Final = re.compile(r"[+-]?[0-9]+", re.ASCII)
_LIMIT: Final = 2**63
_TEXT_SETTINGS: Final = ("dead_letter_exchange", "dead_letter_routing_key")


@error("numeric-string")
def numeric_string(view: View) -> Iterator[Finding]:
    """The provider sends a policy's values as text and turns every text that reads as a whole
    number into one; where RabbitMQ wants a name or a routing key it then answers 400."""
    message = "the provider would send this text as a number, which RabbitMQ refuses"
    for name, policy in view.declared.policies.items():
        for key, value in policy.definition.values().items():
            single = value[0] if isinstance(value, list) and len(value) == 1 else value
            if isinstance(single, str) and _reads_as_number(single):
                path: Path = ("policies", name, "definition", key)
                yield path, message, "choose another name"
    for place, queue in view.written.queues():
        for field in _TEXT_SETTINGS:
            value = getattr(queue, field)
            if (
                isinstance(value, str)
                and _reads_as_number(value)
                and not queue.settings_as_arguments
            ):
                hint = f"write it as a raw argument instead: x-{field.replace('_', '-')}"
                yield (*place, field), message, hint
    for place, exchange in view.written.exchanges():
        value = exchange.alternate_exchange
        if value is not None and _reads_as_number(value):
            hint = "write it as a raw argument instead: alternate-exchange"
            yield (*place, "alternate_exchange"), message, hint


def _reads_as_number(text: str) -> bool:
    return _WHOLE_NUMBER.fullmatch(text) is not None and -_LIMIT <= int(text[:40]) < _LIMIT


EXACT: Final = 2**53
"""Whole numbers up to here are exact as floating-point numbers."""


def wire_problem(value: Any) -> tuple[str, str] | None:
    """What is wrong with a raw argument's value, and what to do; None for one that arrives as it
    is."""
    if isinstance(value, str | bool):
        return None
    if value is None:
        return "is null, which RabbitMQ refuses", "leave it out"
    if isinstance(value, int):
        return None if abs(value) <= EXACT else inexact(EXACT)
    if isinstance(value, float):
        return _float_problem(value)
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            return "holds a name that is not text", "put names in quotes"
        return next(filter(None, map(wire_problem, value.values())), None)
    if isinstance(value, list):
        return next(filter(None, map(wire_problem, value)), None)
    kind = type(value).__name__
    return f"holds a {kind}, which no argument can be", "put it in quotes"


def inexact(limit: int) -> tuple[str, str]:
    message = f"is too large: the provider sends whole numbers exactly only up to {limit}"
    return message, "write a smaller number"


def _float_problem(value: float) -> tuple[str, str] | None:
    if not math.isfinite(value):
        return "is not a number that can be sent", "write a finite number"
    if value.is_integer():
        return "would arrive as a whole number", "leave out the decimal point, or put it in quotes"
    return None
