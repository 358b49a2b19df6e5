"""Rules for what all of a vhost stands on: nodes with a majority, links, and being looked at."""

from __future__ import annotations

from .metric import INFO, LINKS, MESSAGES, SHOVELS, UP, Series
from .rule import Example, Rule, Severity


def not_scraped(series: Series) -> Rule:
    selector = series.of(MESSAGES)
    return Rule(
        alert="RabbitmqVhostNotSeen",
        expression=f"absent({selector})",
        severity=Severity.CRITICAL,
        summary=f"Nothing is known of vhost {series.vhost}",
        description=f"Prometheus gets no queue of it by job {series.detailed_job}; the other "
        "alerts are blind.",
        metrics=(MESSAGES,),
        example=Example({selector: "_x20"}, {selector: "0x20"}),
        hold="5m",
        labels={"vhost": series.vhost},
    )


def nodes_without_majority(series: Series) -> Rule:
    selector = series.of(UP)
    one, two = (selector.replace("{", f'{{instance="{name}",') for name in ("a", "b"))
    return Rule(
        alert="RabbitmqNodesWithoutMajority",
        expression=f"2 * sum({selector}) <= count({selector})",
        severity=Severity.CRITICAL,
        summary="No majority of the RabbitMQ nodes can be reached",
        description="Quorum queues and streams take and give messages only with a majority of "
        "their replicas.",
        metrics=(UP,),
        example=Example({one: "1x20", two: "1x5 0x15"}, {one: "1x20", two: "1x20"}),
        hold="1m",
        labels={"vhost": series.vhost},
    )


def queue_without_majority(series: Series, queue: str, labels: dict[str, str]) -> Rule:
    """Replicas that are seen, against the most that were seen within a day."""
    selector = series.of(INFO, queue=queue, membership="leader").replace(
        'membership="leader"', 'membership=~"leader|follower"'
    )
    one, two = (
        series.of(INFO, instance=node, queue=queue, membership=membership)
        for node, membership in (("a", "leader"), ("b", "follower"))
    )
    return Rule(
        alert="RabbitmqQueueWithoutMajority",
        expression=f"2 * count({selector}) <= max_over_time(count({selector})[1d:5m])",
        severity=Severity.CRITICAL,
        summary=f"Queue {queue} has no majority of its replicas",
        description="It neither takes nor gives messages until more nodes are back.",
        metrics=(INFO,),
        example=Example({one: "1x30", two: "1x5 _x25"}, {one: "1x30", two: "1x30"}),
        hold="1m",
        labels={"vhost": series.vhost, "queue": queue, **labels},
    )


def shovels_down(series: Series, declared: int) -> Rule:
    running = series.of(SHOVELS, status="running")
    other = running.replace('status="running"', 'status!="running"')
    terminated = series.of(SHOVELS, status="terminated")
    return Rule(
        alert="RabbitmqShovelDown",
        expression=f"sum({other}) > 0 or (sum({running}) or vector(0)) < {declared}",
        severity=Severity.CRITICAL,
        summary="A shovel does not run",
        description=f"This vhost declares {declared}; RabbitMQ counts the shovels of all vhosts "
        "together. rabbitmqctl shovel_status names them.",
        metrics=(SHOVELS,),
        example=Example(
            {running: f"{declared}x5 _x20", terminated: f"_x5 {declared}x20"},
            {running: f"{declared}x25"},
        ),
        hold="2m",
        labels={"vhost": series.vhost},
    )


def links_down(series: Series) -> Rule:
    running = series.of(LINKS, status="running")
    other = running.replace('status="running"', 'status!="running"')
    starting = series.of(LINKS, status="starting")
    return Rule(
        alert="RabbitmqFederationDown",
        expression=f"sum({other}) > 0 or (sum({running}) or vector(0)) < 1",
        severity=Severity.CRITICAL,
        summary="A federation link does not run",
        description="RabbitMQ counts the links of all vhosts together. rabbitmqctl "
        "federation_status names them.",
        metrics=(LINKS,),
        example=Example({running: "1x5 _x20", starting: "_x5 1x20"}, {running: "1x25"}),
        hold="2m",
        labels={"vhost": series.vhost},
    )
