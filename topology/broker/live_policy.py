"""Policies as they are on a broker, and which of them applies.

The management API lists policies without delay, but the one that applies to a queue is part of the
queue's statistics: some seconds late, or half a minute after a restart. So it is worked out here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from ..expand.effective_policy import Kind, covers
from ..expand.regular_expression import pattern_matches
from ..model.policy_definition import blocking_keys
from ..version import NEWEST, Version

_LITERAL: Final = re.compile(r"\^((?:[^\\^$.|?*+()\[\]{}]|\\[^A-Za-z0-9])*)\$")
"""A pattern that matches one name, as those of generated policies do."""


@dataclass(frozen=True, slots=True)
class LivePolicy:
    """A policy or operator policy, whoever declared it."""

    name: str
    pattern: str
    apply_to: str
    priority: int
    definition: Mapping[str, Any]

    @classmethod
    def from_api(cls, found: Mapping[str, Any]) -> Self:
        return cls(
            found["name"],
            found["pattern"],
            found.get("apply-to", "all"),
            found.get("priority", 0),
            found.get("definition") or {},
        )

    def suits(self, kind: Kind, version: Version) -> bool:
        """Whether it can apply to objects of a kind, whatever their names."""
        if not covers(self.apply_to, kind):
            return False
        return kind == "exchange" or not blocking_keys(self.definition, kind, version)


@dataclass(slots=True)
class LivePolicies:
    """Finds the one that applies to a queue, fast where thousands are for one queue each."""

    by_name: Mapping[str, LivePolicy]
    version: Version = NEWEST
    _literal: dict[str, list[LivePolicy]] = field(default_factory=dict, init=False)
    _others: list[LivePolicy] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        for policy in self.by_name.values():
            match = _LITERAL.fullmatch(policy.pattern)
            if match:
                self._literal.setdefault(match[1].replace("\\", ""), []).append(policy)
            else:
                self._others.append(policy)

    @classmethod
    def from_api(cls, found: Iterable[Mapping[str, Any]], version: Version) -> Self:
        """From what the management API lists."""
        return cls({entry["name"]: LivePolicy.from_api(entry) for entry in found}, version)

    def strongest(self, name: str, kind: Kind) -> Sequence[LivePolicy]:
        """The one with the highest priority that applies, by name: which of several RabbitMQ takes
        is its own choice."""
        named = (policy for policy in self._others if pattern_matches(policy.pattern, name))
        candidates = (*self._literal.get(name, ()), *named)
        applying = [policy for policy in candidates if policy.suits(kind, self.version)]
        highest = max((policy.priority for policy in applying), default=0)
        strongest = (policy for policy in applying if policy.priority == highest)
        return sorted(strongest, key=lambda policy: policy.name)

    def definition(self, name: str, kind: Kind) -> Mapping[str, Any]:
        """Of the one with the highest priority; empty where none applies."""
        return next((policy.definition for policy in self.strongest(name, kind)), {})

    def with_changes(self, changed: Iterable[LivePolicy], removed: Iterable[str]) -> LivePolicies:
        gone = set(removed)
        kept = {name: policy for name, policy in self.by_name.items() if name not in gone}
        return LivePolicies({**kept, **{policy.name: policy for policy in changed}}, self.version)
