"""The result of a comparison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .finding import Finding, State, Unknown


@dataclass(frozen=True, slots=True)
class Report:
    """All that differs, in a stable order."""

    vhost: str
    findings: tuple[Finding, ...]
    unknown: tuple[Unknown, ...] = ()
    ignored: int = 0
    """How many undeclared objects the patterns covered."""
    others: int = 0
    """How many undeclared objects of other stacks are in a vhost that this one only refers to."""

    deletion_protection: bool = False
    """Whether RabbitMQ protects the vhost from deletion, which no stack can declare."""

    @property
    def drifted(self) -> bool:
        return bool(self.findings)

    @property
    def summary(self) -> str:
        """One sentence."""
        if not self.drifted:
            return f"No drift: vhost {self.vhost} is as declared."
        found = ([one for one in self.findings if one.state is state] for state in State)
        counts = [_counted(findings) for findings in found if findings]
        return f"Drift in vhost {self.vhost}: {', '.join(counts)}."

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return {
            "vhost": self.vhost,
            "drifted": self.drifted,
            "findings": [
                {
                    "kind": finding.kind.value,
                    "name": finding.name,
                    "state": finding.state.value,
                    "differences": list(finding.differences),
                }
                for finding in self.findings
            ],
            "unknown": [
                {"kind": entry.kind.value, "name": entry.name, "reason": entry.reason}
                for entry in self.unknown
            ],
            "ignored": self.ignored,
            "others": self.others,
            "deletion_protection": self.deletion_protection,
        }


def _counted(findings: list[Finding]) -> str:
    """Of one state. A policy that is overridden has a line for each object that it loses."""
    state, number = findings[0].state, len(findings)
    if state is not State.OVERRIDDEN:
        return f"{number} {state}"
    objects = sum(len(finding.differences) for finding in findings)
    policies = "1 policy" if number == 1 else f"{number} policies"
    return f"{policies} {state} on {objects} object{'' if objects == 1 else 's'}"
