"""Values that have a short form: written short in one layer and long in another, they are merged in
the long one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


def alike(values: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The layers' values with a vhost, and what each service publishes to, in one form in all."""
    same = _in_one_form(values, "vhost", _vhost_map)
    services = [value.get("services") for value in same]
    if not any(isinstance(section, dict) for section in services):
        return same
    return _with_services(same)


def _with_services(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    sections = [_maps(value.get("services")) for value in values]
    for name in {name: None for section in sections for name in section}:
        layers = [section.get(name, {}) for section in sections]
        for section, service in zip(
            sections, _in_one_form(layers, "publishes", _publishes_map), strict=True
        ):
            if name in section:
                section[name] = service
    return [
        {**value, "services": {**value["services"], **section}} if section else value
        for value, section in zip(values, sections, strict=True)
    ]


def _maps(section: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(section, dict):
        return {}
    return {name: entry for name, entry in section.items() if isinstance(entry, dict)}


def _in_one_form(
    values: Sequence[dict[str, Any]], key: str, long: Callable[[Any], Any]
) -> list[dict[str, Any]]:
    """With the long form of `key` in all if it is a map in any."""
    if not any(isinstance(value.get(key), dict) for value in values):
        return list(values)
    return [{**value, key: long(value[key])} if key in value else value for value in values]


def _vhost_map(vhost: Any) -> Any:
    return {"name": vhost} if isinstance(vhost, str) else vhost


def _publishes_map(publishes: Any) -> Any:
    if isinstance(publishes, list) and all(isinstance(name, str) for name in publishes):
        return {name: [] for name in publishes}
    return publishes
