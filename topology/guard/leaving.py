"""A resource that is about to go, and how far the run's program has come with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..kind import Kind

Properties = Mapping[str, Any]
"""Of a resource, in Pulumi's words."""


class Registered(Enum):
    """How far a run's program has come with a resource that goes."""

    NOT = "not declared: it was taken out of the config, or its logical name has changed"
    PENDING = "the engine has yet to answer: it is made again"
    WHOLLY = "the engine has answered, and deletes it nevertheless: the run destroys"


@dataclass(frozen=True, slots=True)
class Leaving:
    """A resource that is to go."""

    kind: Kind
    properties: Properties
    registered: Registered

    @property
    def name(self) -> str:
        """On the broker; of the user, for permissions."""
        of_user = self.kind in (Kind.PERMISSION, Kind.TOPIC_PERMISSION)
        return str(self.properties["user" if of_user else "name"])

    @property
    def vhost(self) -> str:
        """That the object is in; of a vhost, its own name."""
        return self.name if self.kind is Kind.VHOST else str(self.properties["vhost"])
