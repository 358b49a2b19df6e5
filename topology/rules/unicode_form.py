"""Text in another Unicode form than the one that the provider sends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final
from unicodedata import is_normalized, normalize

from pydantic import BaseModel, SecretStr

from ..problems import Path
from .rule import Finding, error
from .view import View

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
