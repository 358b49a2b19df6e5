"""One thing that a change of policies does to one object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .live_object import LiveObject


class Rule(StrEnum):
    """Why a change is refused. The value is the code that refusals end with."""

    MESSAGES_DROPPED = "messages-dropped"
    """Messages that are in a queue now would be dropped, or would no longer be dead-lettered."""
    POLICY_UNAPPLIED = "policy-unapplied"
    """Keys of a live policy would stop applying to an object, which nothing in the config says."""


@dataclass(frozen=True, slots=True)
class PolicyEffect:
    """What happens to one object, and by which policy's change."""

    rule: Rule
    object: LiveObject
    effect: str
    """In words that name no object, so that objects with the same effect are reported as one."""
    policy: str
    """The policy whose creation, change or deletion does it."""
    operator: bool = False
    """Whether that is an operator policy."""
    removed: bool = False
    """Whether it is deleted."""
    lost: str = ""
    """The live policy whose keys would stop applying."""
    keys: Mapping[str, Any] = field(default_factory=dict)
    """These keys and their values."""
