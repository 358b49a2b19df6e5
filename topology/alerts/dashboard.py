"""A Grafana dashboard of a topology: a row for the whole vhost, and one for each service."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ..command import COMMAND
from ..expand import Expanded
from .metric import (
    CONSUMERS,
    DELIVERED,
    DROPPED,
    MESSAGES,
    PUBLISHED,
    READY,
    RETURNED,
    Metric,
    Series,
    quoted,
)
from .watch import Watch

_WIDTH: Final = 24
"""Columns of Grafana's grid."""
_HEIGHT: Final = 8
_SOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}
_SCHEMA: Final = 39
"""Of dashboards of Grafana 10 and 11; newer ones read it too."""

Panel = dict[str, Any]
Queries = Mapping[str, str]
"""Legend → PromQL."""


def dashboard(watched: Watch, expanded: Expanded, title: str) -> dict[str, Any]:
    """To be imported as it is; the data source is chosen there."""
    rows = [("The vhost as a whole", list(_whole(watched)))]
    rows.extend(
        (f"Service {name}", list(_service(watched, expanded, name)))
        for name in expanded.inherited.services
    )
    return {
        "uid": hashlib.sha256(f"rabbitmq-topology {title}".encode()).hexdigest()[:20],
        "title": title,
        "description": f"Made by {COMMAND} alerts; changes by hand are lost.",
        "tags": ["rabbitmq"],
        "schemaVersion": _SCHEMA,
        "timezone": "browser",
        "time": {"from": "now-6h", "to": "now"},
        "refresh": "30s",
        "templating": {
            "list": [
                {
                    "name": "datasource",
                    "label": "Data source",
                    "type": "datasource",
                    "query": "prometheus",
                }
            ]
        },
        "panels": list(_laid_out(rows)),
    }


def _whole(watched: Watch) -> Iterator[Panel]:
    series = watched.series
    alerts = f'ALERTS{{alertstate="firing",vhost={quoted(series.vhost)}}}'
    yield _graph("Alerts that fire", {"{{alertname}} {{queue}}{{exchange}}": alerts})
    yield _graph("Messages, ready and unacknowledged", {"all": f"sum({series.of(MESSAGES)})"})
    if watched.version >= DROPPED.since:
        unroutable = {
            "dropped": f"sum(rate({series.of(DROPPED)}[5m]))",
            "returned": f"sum(rate({series.of(RETURNED)}[5m]))",
        }
        yield _graph("Unroutable", unroutable, "cps")


def _service(watched: Watch, expanded: Expanded, name: str) -> Iterator[Panel]:
    service, series = expanded.inherited.services[name], watched.series
    queues = list(service.consumes)
    if queues:
        yield _graph("Messages that wait", _by_queue(series, queues, READY))
        yield _graph("Consumers", _by_queue(series, queues, CONSUMERS))
    if watched.version >= PUBLISHED.since:
        if queues:
            handed = {queue: _handed(series, queue) for queue in queues}
            yield _graph("Handed out to consumers", handed, "cps")
        published = {
            exchange or "default exchange": (
                f"sum(rate({series.of(PUBLISHED, exchange=exchange)}[5m]))"
            )
            for exchange in service.publishes
        }
        if published:
            title = "Published to its exchanges, by all services"
            yield _graph(title, published, "cps")
    elif not queues:
        yield _text(f"RabbitMQ {watched.version} exports nothing of what a service publishes.")
    dead = [q for q, sources in watched.roles.dead_letters.items() if set(sources) & set(queues)]
    if dead:
        yield _graph("Dead letters", _by_queue(series, dead, MESSAGES))


def _handed(series: Series, queue: str) -> str:
    rates = (f"(sum(rate({series.of(m, queue=queue)}[5m])) or vector(0))" for m in DELIVERED)
    return " + ".join(rates)


def _by_queue(series: Series, queues: Iterable[str], metric: Metric) -> Queries:
    return {queue: f"max({series.of(metric, queue=queue)})" for queue in queues}


def _graph(title: str, queries: Queries, unit: str = "short") -> Panel:
    targets = [
        {"refId": f"Q{number}", "datasource": _SOURCE, "expr": expression, "legendFormat": legend}
        for number, (legend, expression) in enumerate(queries.items(), 1)
    ]
    return {
        "type": "timeseries",
        "title": title,
        "datasource": _SOURCE,
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}},
        "targets": targets,
    }


def _text(text: str) -> Panel:
    return {"type": "text", "title": "", "options": {"mode": "markdown", "content": text}}


def _laid_out(rows: Iterable[tuple[str, list[Panel]]]) -> Iterator[Panel]:
    """Rows below each other, their panels beside each other."""
    number, top = 0, 0
    for title, panels in rows:
        number += 1
        place = {"x": 0, "y": top, "w": _WIDTH, "h": 1}
        row = {"type": "row", "title": title, "collapsed": False, "panels": []}
        yield {"id": number, "gridPos": place, **row}
        top += 1
        width = _WIDTH // max(1, len(panels))
        for index, panel in enumerate(panels):
            number += 1
            place = {"x": index * width, "y": top, "w": width, "h": _HEIGHT}
            yield {"id": number, "gridPos": place, **panel}
        top += _HEIGHT if panels else 0
