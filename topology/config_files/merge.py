"""How one layer lies on another: maps deep, lists appended, everything else replaced."""

from __future__ import annotations

from typing import Any


def merge(base: Any, over: Any) -> Any:
    """`over` on top of `base`, neither of which is changed."""
    if isinstance(base, dict) and isinstance(over, dict):
        merged = dict(base)
        for key, value in over.items():
            merged[key] = merge(base[key], value) if key in base else value
        return merged
    if isinstance(base, list) and isinstance(over, list):
        return [*base, *over]
    return over
