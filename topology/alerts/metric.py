"""The series that rabbitmq_prometheus exports, and from which RabbitMQ on.

Names were looked up on RabbitMQ 3.10.8, 4.0.5 and 4.3.6. Those with a family are of single queues
or exchanges: only `/metrics/detailed` has them by their names, and only where the family is asked
for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from ..version import OLDEST, Version

SHOVEL_PLUGIN: Final = "rabbitmq_shovel_prometheus"
FEDERATION_PLUGIN: Final = "rabbitmq_federation_prometheus"


@dataclass(frozen=True, slots=True)
class Metric:
    """One name of series."""

    name: str
    family: str = ""
    """Of `/metrics/detailed`; empty for what `/metrics` has."""
    since: Version = OLDEST
    plugin: str = ""
    """What has to be enabled beside rabbitmq_prometheus."""


MESSAGES: Final = Metric("rabbitmq_detailed_queue_messages", "queue_coarse_metrics")
READY: Final = Metric("rabbitmq_detailed_queue_messages_ready", "queue_coarse_metrics")
CONSUMERS: Final = Metric("rabbitmq_detailed_queue_consumers", "queue_metrics")
BYTES: Final = Metric("rabbitmq_detailed_queue_messages_bytes", "queue_metrics")
INFO: Final = Metric("rabbitmq_detailed_queue_info", "queue_coarse_metrics", Version(4, 1))

DELIVERED: Final = tuple(
    Metric(f"rabbitmq_detailed_{name}_total", "queue_delivery_metrics", Version(4, 0))
    for name in (
        "queue_messages_delivered",
        "queue_messages_delivered_ack",
        "queue_get",
        "queue_get_ack",
    )
)
"""How often messages were handed out, by each of the ways to get them."""
REDELIVERED: Final = Metric(
    "rabbitmq_detailed_queue_messages_redelivered_total", "queue_delivery_metrics", Version(4, 0)
)
"""How often of these it was not the first time."""

PUBLISHED: Final = Metric(
    "rabbitmq_detailed_exchange_messages_published_total", "exchange_metrics", Version(4, 0)
)
DROPPED: Final = Metric(
    "rabbitmq_detailed_exchange_messages_unroutable_dropped_total",
    "exchange_metrics",
    Version(4, 0),
)
RETURNED: Final = Metric(
    "rabbitmq_detailed_exchange_messages_unroutable_returned_total",
    "exchange_metrics",
    Version(4, 0),
)
ALL_DROPPED: Final = Metric("rabbitmq_global_messages_unroutable_dropped_total")
"""Of a whole node, whatever the vhost."""
ALL_RETURNED: Final = Metric("rabbitmq_global_messages_unroutable_returned_total")

SHOVELS: Final = Metric("rabbitmq_shovel_dynamic", since=Version(4, 0), plugin=SHOVEL_PLUGIN)
LINKS: Final = Metric("rabbitmq_federation_links", since=Version(4, 0), plugin=FEDERATION_PLUGIN)
UP: Final = Metric("up")
"""Prometheus' own: whether a node could be scraped."""


@dataclass(frozen=True, slots=True)
class Series:
    """Names the series of one vhost, as a PromQL selector."""

    job: str
    """Name of the scrape job for `/metrics`; the one for `/metrics/detailed` is called after it."""
    vhost: str

    @property
    def detailed_job(self) -> str:
        return f"{self.job}-detailed"

    def of(self, metric: Metric, **labels: str) -> str:
        """A selector, also for the input series of unit tests."""
        if metric.family:
            labels = {"job": self.detailed_job, "vhost": self.vhost, **labels}
        else:
            labels = {"job": self.job, **labels}
        return f"{metric.name}{{{','.join(f'{k}={quoted(v)}' for k, v in labels.items())}}}"


def quoted(text: str) -> str:
    """A string of PromQL, which has the escapes of Go, as JSON has them for these characters."""
    return json.dumps(text, ensure_ascii=False)
