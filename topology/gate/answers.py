"""What the broker answers about a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..guard.occupancy import Occupancy
from .plan import Target
from .policy_effects import PolicyEffects


@dataclass(frozen=True, slots=True)
class Answers:
    """What is known of the broker at this moment."""

    unasked: str = ""
    """Why the broker was not, or could not be asked; then nothing else is known."""
    occupancies: Mapping[Target, Occupancy] = field(default_factory=dict)
    """Of the queues of the plan that exist."""
    refusals: Mapping[Target, str] = field(default_factory=dict)
    """What the guards say against deletions."""
    kept: frozenset[Target] = frozenset()
    """What leaves the stack and stays on the broker."""
    policies: Mapping[str, PolicyEffects] = field(default_factory=dict)
    """What the plan's changes of policies do, by vhost."""
