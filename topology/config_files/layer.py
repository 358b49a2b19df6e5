"""One layer of a config dict, and where a value of several layers on each other was written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, TypeAlias

from ..problems import Path
from .merge import merge
from .shorthand import alike

Locate: TypeAlias = Callable[[Path], str]
"""Path in one layer → `file:line`, or nothing where that is not known."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A config dict as one file has it, without what it extends."""

    value: dict[str, Any]
    locate: Locate


def comparable(layers: Sequence[Layer]) -> list[Layer]:
    """The layers with every value in a form that can lie on the others'."""
    values = alike([layer.value for layer in layers])
    return [replace(layer, value=value) for layer, value in zip(layers, values, strict=True)]


def merged(layers: Iterable[Layer]) -> dict[str, Any]:
    """All layers as one config dict, the first lying lowest."""
    return reduce(merge, (layer.value for layer in layers), {})


def locate(layers: Sequence[Layer], path: Path) -> str:
    """Where the value that `merged` has at `path` was written; of a map, where the last layer adds
    to it."""
    # What each layer that takes part so far has at the path, and where that stands in it.
    parts: list[tuple[Layer, Any, Path]] = [(layer, layer.value, ()) for layer in layers]
    for step in path:
        found = list(_step(parts, step))
        if not found:
            break
        parts = found
    if not parts:
        return ""
    layer, _, place = parts[-1]
    # The rest of the path tells a file that knows only as much of it where to point.
    return layer.locate((*place, *path[len(place) :]))


def _step(
    parts: list[tuple[Layer, Any, Path]], step: str | int
) -> Iterable[tuple[Layer, Any, Path]]:
    """The parts one step further that are in the merged value: those since the last replacement."""
    found: list[tuple[Layer, Any, Path]] = []
    offset = 0
    for layer, value, place in parts:
        if isinstance(step, int) and isinstance(value, list):
            index = step - offset
            offset += len(value)
            if 0 <= index < len(value):
                return [(layer, value[index], (*place, index))]
        elif isinstance(value, dict) and step in value:
            part = (layer, value[step], (*place, step))
            found = [*found, part] if found and _joins(found[-1][1], part[1]) else [part]
    return found


def _joins(base: Any, over: Any) -> bool:
    return any(isinstance(base, kind) and isinstance(over, kind) for kind in (dict, list))
