"""How a queue is on the broker, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

NEARLY_FULL = 0.8
"""Share of its length limit at which a queue is marked."""


@dataclass(frozen=True, slots=True)
class Health:
    """Numbers of a queue, and why it should be looked at."""

    messages: int = 0
    consumers: int = 0
    missing: bool = False
    """It is declared, and not on the broker."""
    reason: str = ""
    """Why it is unhealthy; empty if it is well."""

    @property
    def well(self) -> bool:
        return not self.reason and not self.missing

    def __str__(self) -> str:
        if self.missing:
            return "not on the broker"
        consumers = f"{self.consumers} consumer{'' if self.consumers == 1 else 's'}"
        numbers = f"{self.messages:,} message{'' if self.messages == 1 else 's'}, {consumers}"
        return f"{numbers} — {self.reason}" if self.reason else numbers


def diagnosis(
    messages: int,
    consumers: int,
    *,
    keeps_dead_letters: bool,
    consumed: bool,
    limit: int | None,
    leaderless: bool,
) -> Health:
    """What to say of a queue. `consumed` means that a service is declared to consume from it,
    `leaderless` that it is a quorum queue without a leader."""
    reasons = []
    if leaderless:
        reasons.append("has no leader and takes no messages")
    if keeps_dead_letters and messages:
        reasons.append("dead letters wait")
    if consumed and not consumers:
        reasons.append("no consumers")
    if limit and messages >= NEARLY_FULL * limit:
        reasons.append("nearly full")
    return Health(messages, consumers, reason=", ".join(reasons))
