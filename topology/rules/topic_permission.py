"""Topic permissions, which only topic exchanges look at."""

from __future__ import annotations

from collections.abc import Iterator

from .exchange_kinds import underlying
from .rule import Finding, error
from .view import View


@error("topic-permission-without-effect", ignorable=True)
def topic_permission_without_effect(view: View) -> Iterator[Finding]:
    """RabbitMQ accepts topic permissions on any exchange, and checks routing keys on topic
    exchanges alone: on others they permit and forbid nothing."""
    for path, permission in view.listed("topic_permissions", view.declared.topic_permissions):
        kind = _kind(view, permission.exchange)
        if kind is not None and kind != "topic":
            message = f"is a {kind} exchange, where RabbitMQ checks no routing keys"
            yield (*path, "exchange"), message, "name a topic exchange"


def _kind(view: View, exchange: str) -> str | None:
    kind = view.exchange_types.get(exchange)
    if kind is not None and exchange in view.topology.exchanges:
        return underlying(kind, view.topology.exchanges[exchange].arguments)
    return kind
