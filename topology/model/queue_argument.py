"""Which queue settings RabbitMQ knows, for which queue types, and whether a policy can change them.

A setting is described once, beside its field in `topology.model.queue`. From there come the
argument's name, the policy key, the check against a broker's version and the reference page.
Source: the `x-` arguments and policy keys that RabbitMQ's server validates.
"""

from __future__ import annotations

from dataclasses import dataclass

from topology.model.queue_type import QueueType, Types
from topology.version import NEWEST, OLDEST, Version


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

    def known(self, queue_type: QueueType, version: Version) -> bool:
        return any(span.covers(queue_type, version) for span in self.spans)

    @property
    def support(self) -> str:
        return " and ".join(str(span) for span in self.spans)


def argument(
    name: str, *spans: Span | Types, policy: PolicyKey | str | None = None
) -> QueueArgument:
    """A `QueueArgument`; bare `Types` and a bare policy key mean every supported series."""
    return QueueArgument(
        name,
        tuple(span if isinstance(span, Span) else Span(span) for span in spans),
        PolicyKey(policy) if isinstance(policy, str) else policy,
    )
