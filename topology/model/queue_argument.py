"""Which queue settings RabbitMQ knows, for which queue types, and whether a policy can change them.

A setting is described once, beside its field in `topology.model.queue`. From there come the
argument's name, the policy key, the check against a broker's version and the reference page.
Source: the `x-` arguments and policy keys that RabbitMQ's server validates.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, StrEnum

from ..version import NEWEST, OLDEST, Version
from .queue_type import QueueType, Types


@dataclass(frozen=True, slots=True)
class Span:
    """The queue types that know a setting in a range of RabbitMQ series, both ends included."""

    types: Types
    since: Version = OLDEST
    until: Version | None = None

    def covers(self, queue_type: QueueType, version: Version) -> bool:
        known = min(version, NEWEST)
        return (
            Types.of(queue_type) in self.types
            and self.since <= max(known, OLDEST)
            and (self.until is None or known <= self.until)
        )

    def __str__(self) -> str:
        types = "/".join(self.types.names)
        if self.until is not None:
            return f"{types} queues up to RabbitMQ {self.until}"
        return f"{types} queues" + (f" from RabbitMQ {self.since}" if self.since > OLDEST else "")


class Drop(StrEnum):
    """How a change of a setting can make RabbitMQ drop messages that were safe before.

    From here comes every list of settings that matter to messages: what the guards refuse, what the
    gate reports, what alerts watch and what a migration must not carry over.
    """

    LENGTH = "length"
    """A limit of size: what is beyond it is dropped from the head, unless `overflow` refuses."""
    AGE = "age"
    """A limit of age: what is older is dropped."""
    DISUSE = "disuse"
    """RabbitMQ deletes the whole queue after a time without use."""
    RETURNS = "returns"
    """A limit of deliveries: what is returned more often is dropped."""
    OVERFLOW = "overflow"
    """Decides whether a full queue drops its oldest messages or refuses new ones."""
    DEAD_LETTER = "dead letter"
    """Decides where dropped messages go; without it they are lost."""
    UNROUTED = "unrouted"
    """Decides where an exchange sends what no binding takes; without it that is lost."""


class Merge(Enum):
    """Which value RabbitMQ takes where both an argument and a policy set one.

    Source: what the queue types pass to `rabbit_queue_type_util:args_policy_lookup`.
    """

    SMALLEST = "smallest"
    ARGUMENT = "argument"
    POLICY_ON_QUORUM = "policy on quorum"
    """The policy's for quorum queues, the argument's for others."""


@dataclass(frozen=True, slots=True)
class PolicyKey:
    """One key of a policy's definition."""

    name: str
    since: Version = OLDEST
    until: Version | None = None
    operator_since: Version | None = None
    """Since when an operator policy can set it too; None where it cannot."""
    plugin: str | None = None
    """The plugin without which RabbitMQ does not know it."""
    drop: Drop | None = None
    """How a change of it can cost messages; None where it cannot. That of a key that corresponds to
    an argument stands with the argument."""

    def keeps(self, value: object) -> bool:
        """Whether this value keeps messages from being lost, which would be without it."""
        if self.drop is Drop.OVERFLOW:
            return str(value).startswith("reject-publish")
        return self.drop in (Drop.DEAD_LETTER, Drop.UNROUTED) and value != "at-most-once"

    def known(self, version: Version) -> bool:
        """Whether RabbitMQ takes the key; it refuses those it does not know."""
        known = min(version, NEWEST)
        return self.since <= known and (self.until is None or known <= self.until)

    @property
    def support(self) -> str:
        if self.until is not None:
            return f"RabbitMQ up to {self.until}"
        if self.plugin is not None:
            return f"RabbitMQ with the plugin {self.plugin}"
        return f"RabbitMQ from {self.since}"


@dataclass(frozen=True, slots=True)
class QueueArgument:
    """One `x-` argument of a queue."""

    name: str
    spans: tuple[Span, ...]
    policy: PolicyKey | None = None
    """The policy key that says the same; None where only a declaration can say it."""
    drop: Drop | None = None
    """How a change of it can cost messages; None where it cannot."""
    merge: Merge = Merge.ARGUMENT

    def known(self, queue_type: QueueType, version: Version) -> bool:
        return any(span.covers(queue_type, version) for span in self.spans)

    @property
    def support(self) -> str:
        return " and ".join(str(span) for span in self.spans)


def argument(
    name: str,
    *spans: Span | Types,
    policy: PolicyKey | str | None = None,
    drop: Drop | None = None,
    merge: Merge = Merge.ARGUMENT,
) -> QueueArgument:
    """A `QueueArgument`; bare `Types` and a bare policy key mean every supported series."""
    key = PolicyKey(policy) if isinstance(policy, str) else policy
    return QueueArgument(
        name,
        tuple(span if isinstance(span, Span) else Span(span) for span in spans),
        replace(key, drop=drop) if key else None,
        drop,
        merge,
    )
