"""Rules for messages that no queue gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .metric import ALL_DROPPED, ALL_RETURNED, DROPPED, RETURNED, Metric, Series
from .rule import VALUE, Example, Rule, Severity

_WINDOW = "5m"
_TOLD = {
    "Dropped": (Severity.CRITICAL, "dropped", "They are lost."),
    "Returned": (
        Severity.WARNING,
        "returned to their publishers",
        "They were published as mandatory; a publisher that does not look loses them.",
    ),
}


def unroutable(series: Series, exchange: str, labels: Mapping[str, str]) -> Iterator[Rule]:
    """Of one exchange. Its counters begin with its first message, which may be the unroutable one:
    so the difference is taken, where `increase` would see nothing."""
    for fate, metric in (("Dropped", DROPPED), ("Returned", RETURNED)):
        severity, done, meaning = _TOLD[fate]
        selector = series.of(metric, exchange=exchange)
        yield Rule(
            alert=f"RabbitmqMessages{fate}",
            expression=f"sum({selector}) - (sum({selector} offset {_WINDOW}) or vector(0)) > 0",
            severity=severity,
            summary=f"Exchange {exchange} cannot route messages: {VALUE} were {done}",
            description=f"No binding matches them. {meaning}",
            metrics=(metric,),
            example=Example({selector: "_x12 1x20"}, {selector: "1x30"}),
            labels={"vhost": series.vhost, "exchange": exchange, **labels},
        )


def unroutable_anywhere(series: Series) -> Iterator[Rule]:
    """Of a whole broker, where it does not count by exchange."""
    pairs: tuple[tuple[str, Metric], ...] = (("Dropped", ALL_DROPPED), ("Returned", ALL_RETURNED))
    for fate, metric in pairs:
        severity, done, meaning = _TOLD[fate]
        selector = series.of(metric)
        yield Rule(
            alert=f"RabbitmqMessages{fate}",
            expression=f"sum(increase({selector}[{_WINDOW}])) > 0",
            severity=severity,
            summary=f"Messages could not be routed, and were {done}",
            description=f"No binding matches them. {meaning} This RabbitMQ does not tell in which "
            "vhost or exchange.",
            metrics=(metric,),
            example=Example({selector: "0x12 1x20"}, {selector: "1x30"}),
        )
