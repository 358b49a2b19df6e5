"""A plan: what an update would do to a broker, as a preview tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ..guard.refusal import CODE
from ..kind import Kind
from ..policies import CODE as POLICY_CODE

Properties = Mapping[str, Any]
"""What a resource is declared with, in Pulumi's words. Secrets are masked by Pulumi."""


class Action(StrEnum):
    """What happens to an object, the most dangerous first."""

    REFUSED = "refused"
    """Left out of the plan by a preview that a guard stopped."""
    DELETED = "deleted"
    REPLACED = "replaced"
    RETAINED = "retained"
    """It leaves the stack and stays on the broker."""
    CHANGED = "changed"
    """In place: nothing is lost by the change as such."""
    IMPORTED = "imported"
    CREATED = "created"

    @property
    def destroys(self) -> bool:
        return self in (Action.DELETED, Action.REPLACED)


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """An object on the broker."""

    kind: Kind
    vhost: str
    """Empty for users, which belong to the broker."""
    name: str
    """Its name; of a binding what tells it from others, of a permission its user."""

    def __str__(self) -> str:
        return f"{self.kind.words} {self.name}"


@dataclass(frozen=True, slots=True)
class Step:
    """What the plan does to one object."""

    action: Action
    target: Target
    changes: tuple[str, ...] = ()
    before: Properties = field(default_factory=dict)
    after: Properties = field(default_factory=dict)
    retained: bool = False
    """Whether the engine leaves the object on the broker."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a preview failed."""

    text: str
    target: Target | None = None
    """What it is about, where it is about one object."""

    @property
    def by_guard(self) -> bool:
        """Whether the text is a guard's refusal."""
        return self.target is not None and (CODE in self.text or self.by_policies)

    @property
    def by_policies(self) -> bool:
        """Whether it is about the policies of the plan, all of them."""
        return POLICY_CODE in self.text


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps that change something. One that failed has steps up to its failures only."""

    steps: tuple[Step, ...]
    failures: tuple[Failure, ...] = ()
    components: Mapping[str, Properties] = field(default_factory=dict)
    """What each `Topology` component of the program is declared with, by its name."""

    def of(self, *kinds: Kind) -> list[Step]:
        return [step for step in self.steps if step.target.kind in kinds]
