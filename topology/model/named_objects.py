"""Lists of objects by name, for what is said about objects that may no longer be declared."""

from __future__ import annotations

from pydantic import Field

from .base import Model, Name


class NamedObjects(Model):
    """Objects that this stack declares, or declared before."""

    queues: list[Name] = Field(default_factory=list)
    """Queues and streams by name."""
    exchanges: list[Name] = Field(default_factory=list)
    """Exchanges by name."""
    vhost: bool = False
    """The vhost itself, with everything in it."""


class NamedQueues(Model):
    """Queues and streams on the broker, declared by this stack or not."""

    queues: list[Name] = Field(default_factory=list)
    """Queues and streams by name."""


class NamedPolicies(Model):
    """Policies on the broker, declared by this stack or not."""

    policies: list[Name] = Field(default_factory=list)
    """Policies by name."""
    operator_policies: list[Name] = Field(default_factory=list)
    """Operator policies by name."""
