"""Queues as they will be on the broker: their arguments, and the policy that applies to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...expand import Expanded
from ...model.policy_definition import blocking_keys
from ...model.queue import queue_arguments
from ...model.queue_type import QueueType
from ...problems import Path
from .policy_matches import Matched


@dataclass(frozen=True, slots=True)
class EffectiveQueue:
    """A queue with everything that decides how it behaves."""

    name: str
    type: QueueType
    arguments: Mapping[str, Any]
    policy: Mapping[str, Any]
    """Definition of the policy that applies, under RabbitMQ's own keys."""
    base_policy: str | None
    """The user's policy that it is, or that is combined into it."""

    def get(self, field: str) -> Any:
        """A setting by its name in `Queue`. An argument wins over a policy, as in RabbitMQ."""
        setting = queue_arguments()[field]
        if setting.name in self.arguments:
            return self.arguments[setting.name]
        return self.policy.get(setting.policy.name) if setting.policy else None

    def text(self, field: str) -> str | None:
        """A setting that is text, or None where it is not set, or wrong and reported elsewhere."""
        value = self.get(field)
        return value if isinstance(value, str) else None

    def number(self, field: str) -> int | None:
        """A setting that is a whole number, or None as with `text`."""
        value = self.get(field)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def policy_place(self, field: str) -> Path | None:
        """Where a policy of the user's sets this; None where the setting is the queue's own."""
        key = queue_arguments()[field].policy
        if self.base_policy is None or key is None:
            return None
        return ("policies", self.base_policy, "definition", key.name)


def effective_queues(expanded: Expanded, matches: Iterable[Matched]) -> dict[str, EffectiveQueue]:
    """Every queue of a topology, those that patterns added included."""
    settled = expanded.settled
    bases = {m.name: m.policies[0] for m in matches if m.kind != "exchange" and m.policies}
    found = {}
    for name, queue in settled.topology.queues.items():
        queue_type = queue.type or "classic"
        applied = settled.applied.get(("queues", name))
        policy = settled.topology.policies[applied].definition.values() if applied else {}
        if blocking_keys(policy, queue_type):
            policy = {}
        base = bases.get(name)
        found[name] = EffectiveQueue(name, queue_type, queue.arguments, policy, base)
    return found
