"""Rules for single queues: dead letters, consumers, and the queue's own limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from .limits import Limits
from .metric import BYTES, CONSUMERS, DELIVERED, MESSAGES, READY, REDELIVERED, Metric, Series
from .rule import VALUE, Example, Rule, Severity, duration

NEARLY: Final = 0.8
"""Share of a limit at which an alert fires."""
SMALLEST_LIMIT: Final = 10
"""A queue of fewer messages is meant to be full: it holds the newest value of something."""
SHORTEST_WAIT: Final = 120_000
"""Milliseconds. What is shorter lies between two scrapes."""


def waiting(
    alert: str, series: Series, queue: str, labels: Mapping[str, str], told: tuple[str, str]
) -> Rule:
    """Of a queue that keeps what went wrong. It is told of at once: a message there is a fact, and
    no trend."""
    summary, description = told
    selector = series.of(MESSAGES, queue=queue)
    return Rule(
        alert=alert,
        expression=f"max({selector}) > 0",
        severity=Severity.WARNING,
        summary=summary,
        description=description,
        metrics=(MESSAGES,),
        example=Example({selector: "0x5 1x20"}, {selector: "0x25"}),
        labels={"vhost": series.vhost, "queue": queue, **labels},
    )


def no_consumers(series: Series, queue: str, labels: Mapping[str, str]) -> Rule:
    selector = series.of(CONSUMERS, queue=queue)
    return Rule(
        alert="RabbitmqNoConsumers",
        expression=f"max({selector}) == 0",
        severity=Severity.CRITICAL,
        summary=f"Queue {queue} has no consumers",
        description=f"It is there for {labels['service']}. Messages wait, and no consumer works on "
        "them.",
        metrics=(CONSUMERS,),
        example=Example({selector: "1x3 0x20"}, {selector: "1x3 0x2 1x20"}),
        hold="5m",
        labels={"vhost": series.vhost, "queue": queue, **labels},
    )


def unused(series: Series, queue: str, expires: int, labels: Mapping[str, str]) -> Rule:
    selector = series.of(CONSUMERS, queue=queue)
    minutes = int(NEARLY * expires / 60_000)
    return Rule(
        alert="RabbitmqQueueExpires",
        expression=f"max({selector}) == 0",
        severity=Severity.CRITICAL,
        summary=f"RabbitMQ is about to delete queue {queue}",
        description=f"It expires after {expires} ms without use, with all messages in it.",
        metrics=(CONSUMERS,),
        example=Example(
            {selector: f"0x{minutes + 15}"}, {selector: f"1x{minutes + 15}"}, f"{minutes + 10}m"
        ),
        hold=duration(int(NEARLY * expires)),
        labels={"vhost": series.vhost, "queue": queue, **labels},
    )


def nearly_full(
    series: Series, queue: str, limits: Limits, labels: Mapping[str, str]
) -> Iterator[Rule]:
    """Of a queue that has a length limit. A stream is full by design: it drops what is old."""
    if limits.type == "stream":
        return
    then = "refuses new messages" if limits.refuses else "drops its oldest messages"
    # RabbitMQ counts ready messages; of bytes, it exports only the sum for every type of queue.
    for metric, limit, unit in (
        (READY, limits.max_length, "messages"),
        (BYTES, limits.max_length_bytes, "bytes"),
    ):
        if limit is None or limit < SMALLEST_LIMIT:
            continue
        selector = series.of(metric, queue=queue)
        yield Rule(
            alert="RabbitmqQueueNearlyFull",
            expression=f"max({selector}) > {NEARLY} * {limit}",
            severity=Severity.WARNING,
            summary=f"Queue {queue} is nearly full: {VALUE} of {limit} {unit}",
            description=f"When it is full, it {then}.",
            metrics=(metric,),
            example=Example({selector: f"0x5 {limit}x20"}, {selector: f"0x5 {limit // 2}x20"}),
            hold="1m",
            labels={"vhost": series.vhost, "queue": queue, "limit": unit, **labels},
        )


def waits_long(series: Series, queue: str, message_ttl: int, labels: Mapping[str, str]) -> Rule:
    """Of a queue whose messages expire. No broker exports how old the oldest message is. But what
    waited some time ago and was not handed out since is older than that."""
    window = duration(int(NEARLY * message_ttl))
    ready = series.of(READY, queue=queue)

    def handed(metric: Metric) -> str:
        return f"(sum(increase({series.of(metric, queue=queue)}[{window}])) or vector(0))"

    first = " + ".join(handed(metric) for metric in DELIVERED) + f" - {handed(REDELIVERED)}"
    minutes = int(NEARLY * message_ttl / 60_000)
    last = f"{2 * minutes + 10}m"
    length = 2 * minutes + 15
    acked = series.of(DELIVERED[1], queue=queue)
    return Rule(
        alert="RabbitmqMessagesWaitLong",
        expression=f"max({ready}) > 0 and max({ready} offset {window}) > {first}",
        severity=Severity.WARNING,
        summary=f"Messages in queue {queue} are about to expire",
        description=f"The oldest have waited for more than {window}, and expire after "
        f"{message_ttl} ms.",
        metrics=(READY, *DELIVERED, REDELIVERED),
        example=Example(
            firing={ready: f"100x{length}", acked: f"0+1x{length}" if minutes < 50 else "0x9"},
            calm={ready: f"100x{length}", acked: f"0+1000x{length}"},
            at=last,
        ),
        hold="1m",
        labels={"vhost": series.vhost, "queue": queue, **labels},
    )
