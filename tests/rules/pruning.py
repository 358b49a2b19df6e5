"""Random topologies without what check refuses in them: what is left must be right."""

from __future__ import annotations

from typing import Any, Final

from topology.check import Checked, check
from topology.problems import Path
from topology.version import BrokerFacts

_ROUNDS: Final = 12
"""Taking something away makes more wrong: what referred to it."""


def without_errors(config: dict[str, Any], facts: BrokerFacts) -> Checked | None:
    """What check lets pass of a config dict, if anything is left."""
    left = what_passes(config, facts)
    return None if left is None else check(left, facts)


def what_passes(config: dict[str, Any], facts: BrokerFacts) -> dict[str, Any] | None:
    """The part of a config dict in which check finds no error, if there is any."""
    left = dict(config)
    for _ in range(_ROUNDS):
        checked = check(left, facts)
        if not checked.errors:
            return left
        left = _without(left, {error.path for error in checked.errors})
    return None


def _without(config: dict[str, Any], paths: set[Path]) -> dict[str, Any]:
    objects = {path[:2] for path in paths} - {("vhost",)}
    left: dict[str, Any] = {}
    for key, section in config.items():
        if (key,) in objects:
            continue
        if isinstance(section, dict) and key != "vhost":
            left[key] = {name: v for name, v in section.items() if (key, name) not in objects}
        elif isinstance(section, list):
            left[key] = [v for index, v in enumerate(section) if (key, index) not in objects]
        else:
            left[key] = section
    return left
