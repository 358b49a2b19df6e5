"""One alerting rule, with an example by which it can be tested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from .metric import Metric

Values = Mapping[str, str]
"""Selector of a series → its values, in the notation of promtool: one a minute."""


VALUE: Final = "$VALUE"
"""Stands in a summary for the number that the expression came to."""


class Severity(StrEnum):
    CRITICAL = "critical"
    """Messages are lost, or no consumer takes them."""
    WARNING = "warning"
    """It comes to that if nobody looks."""


@dataclass(frozen=True, slots=True)
class Example:
    """What happens on a broker when the rule has to fire, and when it must not."""

    firing: Values
    calm: Values
    at: str = "15m"
    """When to look, after the first values."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What Prometheus evaluates, and whom it tells what."""

    alert: str
    expression: str
    severity: Severity
    summary: str
    description: str
    metrics: tuple[Metric, ...]
    example: Example
    hold: str = ""
    """How long the expression has to hold, as Prometheus writes durations; empty: not at all."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What the alert is of: `vhost`, `queue`, `exchange`, `service`."""


def duration(milliseconds: int) -> str:
    """As Prometheus writes it, in whole seconds and at least one."""
    return f"{max(1, round(milliseconds / 1000))}s"


def template(text: str) -> str:
    """A label or annotation as Prometheus reads it: nothing is filled in but the `VALUE`."""
    return text.replace("{{", '{{ "{{" }}').replace(VALUE, "{{ $value | humanize }}")
