"""Policies: settings that RabbitMQ applies to every queue or exchange whose name matches.

A policy can be changed at any time without touching messages. Only one policy applies to a queue
or exchange: the one with the highest priority among those that match. Operator policies are merged
into it, the stricter value winning.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from ..version import Version
from .base import Model
from .policy_definition import OperatorPolicyDefinition, PolicyDefinition

QueueKinds: TypeAlias = Literal["queues", "classic_queues", "quorum_queues", "streams"]
ApplyTo: TypeAlias = Literal[
    "queues", "classic_queues", "quorum_queues", "streams", "exchanges", "all"
]

TYPED_APPLY_TO_SINCE = Version(3, 12)
"""From here on `apply_to` can name one queue type."""


class Policy(Model):
    """A policy."""

    pattern: str
    """Regular expression searched for in names: anchor it (`^orders$`) to match whole names."""
    apply_to: ApplyTo = "all"
    """What it applies to. From RabbitMQ 3.12 also one queue type."""
    priority: int = 0
    """The matching policy with the highest priority applies, alone."""
    definition: PolicyDefinition
    """What it sets."""
    adopt: bool | None = None
    """Take it over if it exists on the broker; default: the stack's `adopt`."""


class OperatorPolicy(Model):
    """An operator policy: limits that users' policies cannot exceed."""

    pattern: str
    """Regular expression searched for in queue names."""
    apply_to: QueueKinds = "queues"
    """What it applies to. From RabbitMQ 3.12 also one queue type."""
    priority: int = 0
    """The matching operator policy with the highest priority applies, alone."""
    definition: OperatorPolicyDefinition
    """What it limits."""
    adopt: bool | None = None
    """Take it over if it exists on the broker; default: the stack's `adopt`."""
