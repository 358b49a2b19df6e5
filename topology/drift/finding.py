"""One thing in which the broker differs from what is declared."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..kind import Kind


class State(StrEnum):
    """How an object differs."""

    MISSING = "missing"
    """Declared, and not on the broker."""
    CHANGED = "changed"
    """Declared, and different on the broker."""
    UNDECLARED = "undeclared"
    """In the stack's vhost, and not declared."""
    OVERRIDDEN = "overridden"
    """A policy that the stack does not declare, in whose place policies of the stack apply."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An object that differs. Holds no secret: of passwords and URIs only that they differ."""

    kind: Kind
    name: str
    state: State
    differences: tuple[str, ...] = ()
    """What the broker has and what is declared, a line for each."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """What could not be compared, and why: neither drift nor its absence."""

    kind: Kind
    name: str
    reason: str
