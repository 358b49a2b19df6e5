"""What changes in an object, a line each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ..kind import Kind
from .plan import Properties

_SECRETIVE: Final = frozenset({Kind.USER, Kind.SHOVEL, Kind.FEDERATION_UPSTREAM})
"""Kinds with secrets among their values: of these, only names are shown."""

_JSON: Final = "argumentsJson"
_INDEX: Final = re.compile(r"\[\d+\]")
_ABSENT: Final = object()


def changes(
    kind: Kind, before: Properties, after: Properties, differing: Iterable[str]
) -> Iterator[str]:
    """`differing` are the paths that Pulumi names; what they hold is told where it is known."""
    if not before or not after:
        return
    old, new = dict(_flat(before)), dict(_flat(after))
    changed = [key for key in {**old, **new} if old.get(key, _ABSENT) != new.get(key, _ABSENT)]
    if kind in _SECRETIVE or not changed:
        # Secrets are masked and look the same; and a refresh finds what the config does not say.
        yield from dict.fromkeys(_last(path) for path in [*differing, *changed])
        return
    for key in changed:
        yield f"{key}: {_shown(old.get(key, _ABSENT))} -> {_shown(new.get(key, _ABSENT))}"


def _flat(properties: Properties, at: str = "") -> Iterator[tuple[str, Any]]:
    """Last names → values; lists with their positions."""
    for key, value in properties.items():
        if key.startswith("__"):
            continue
        if key == _JSON:
            yield from _flat(_parsed(value), at)
        elif isinstance(value, Mapping):
            yield from _flat(value, at)
        elif isinstance(value, list) and any(isinstance(entry, Mapping) for entry in value):
            for index, entry in enumerate(value):
                yield from _flat(entry, f"{key}[{index}].")
        else:
            yield f"{at}{key}", value


def _parsed(value: Any) -> Mapping[str, Any]:
    try:
        parsed = json.loads(value)
    except (TypeError, ValueError):
        return {}
    return parsed if isinstance(parsed, Mapping) else {}


def _last(path: str) -> str:
    """`policy.definition["message-ttl"]` → `message-ttl`, `tags[1]` → `tags`."""
    return _INDEX.sub("", path).rstrip('"]').rpartition('["')[2].rpartition(".")[2]


def _shown(value: Any) -> str:
    if value is _ABSENT or value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
