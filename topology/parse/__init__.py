"""From the raw config dict to the model, keeping whatever is right for the rules to look at.

A wrong queue must not hide a wrong binding. So what the schema refuses is reported and left out,
and the rest becomes a topology of its own that the rules go over, with the names of what was left
out still counting as declared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from ..model import Topology
from ..problems import Path, Problem
from .schema_errors import problems as schema_problems

_PLACEHOLDER_VHOST = {"name": "vhost"}


@dataclass(frozen=True, slots=True)
class Parsed:
    """What could be read of a config dict."""

    topology: Topology
    problems: tuple[Problem, ...] = ()
    broken: frozenset[Path] = frozenset()
    """Paths of the objects that the schema refused; they are not in `topology`."""
    positions: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Where the entries of a list stood before broken ones were left out."""

    def position(self, key: str, index: int) -> int:
        return self.positions[key][index] if key in self.positions else index


def parse(raw: Any) -> Parsed:
    """Reads a config dict. Never raises: what is wrong is in `problems`."""
    try:
        return Parsed(Topology.model_validate(raw))
    except ValidationError as error:
        found = tuple(schema_problems(error, Topology, raw))
    if not isinstance(raw, Mapping):
        return Parsed(Topology.model_validate({"vhost": _PLACEHOLDER_VHOST}), found)
    # Objects are two steps deep (queues.orders, bindings[3]); vhost and whole sections are one.
    broken = frozenset(_object_of(problem.path) for problem in found if problem.path)
    kept: dict[str, Any] = {}
    positions: dict[str, tuple[int, ...]] = {}
    for key, section in raw.items():
        if (key,) in broken or not isinstance(key, str):
            continue
        if isinstance(section, Mapping) and key != "vhost":
            kept[key] = {
                name: value
                for name, value in section.items()
                if isinstance(name, str) and (key, name) not in broken
            }
        elif isinstance(section, list):
            indexes = tuple(i for i in range(len(section)) if (key, i) not in broken)
            positions[key] = indexes
            kept[key] = [section[i] for i in indexes]
        else:
            kept[key] = section
    kept.setdefault("vhost", _PLACEHOLDER_VHOST)
    return Parsed(Topology.model_validate(kept), found, broken, positions)


def _object_of(path: Path) -> Path:
    return path[:1] if path[0] == "vhost" else path[:2]
