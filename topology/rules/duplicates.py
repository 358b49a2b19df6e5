"""Nothing may be declared twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..problems import Path, render_path
from .rule import Finding, error
from .view import View


@error("duplicate-binding")
def duplicate_binding(view: View) -> Iterator[Finding]:
    """RabbitMQ keeps one binding where two are equal; removing one of them from the config would
    delete the binding that the other still needs."""
    first: dict[Any, Path] = {}
    for path, binding in view.bindings():
        arguments = _comparable(binding.arguments)
        ends = (binding.source, binding.destination_type, binding.destination)
        key = (*ends, binding.routing_key, arguments)
        if key in first:
            yield path, f"is the same binding as {render_path(first[key])}", "remove one of them"
        else:
            first[key] = path


def _comparable(value: Any) -> Any:
    """Equal for values that RabbitMQ takes for the same; 1, 1.0 and true are not."""
    if isinstance(value, Mapping):
        items = ((str(name), _comparable(entry)) for name, entry in value.items())
        return ("map", frozenset(items))
    if isinstance(value, list):
        return ("list", tuple(_comparable(entry) for entry in value))
    return (type(value).__name__, repr(value))
