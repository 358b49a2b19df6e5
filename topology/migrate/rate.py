"""How fast this broker moves messages: measured with messages of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final
from uuid import uuid4

import pika

from ..broker import Management
from ..broker.amqp import open_amqp
from ..broker.connection import Connection
from ..urls import amqp_url, with_credentials
from .model import PREFIX
from .move import Place
from .plan import Plan
from .temporary import shovel

_MESSAGES: Final = 5_000
_LEAST_BYTES: Final = 16
_MOST_BYTES: Final = 100_000
_SECONDS: Final = 60.0


def measured(plan: Plan, connection: Connection) -> Plan:
    """The plan with a rate that was measured just now, with messages of the average size.

    Everything happens in a vhost that is made for it and deleted after. Raises `BrokerError`.
    """
    size = plan.bytes // plan.messages if plan.messages else _LEAST_BYTES
    size = min(max(size, _LEAST_BYTES), _MOST_BYTES)
    types = {str(planned.move.declared.type) for planned in plan.moves}
    queue_type = "quorum" if "quorum" in types else "classic"
    vhost = f"{PREFIX}measure.{uuid4().hex[:8]}"
    with connection.management() as management, _scratch(management, vhost, connection.username):
        rate = _rate(management, connection, vhost, queue_type, b"m" * size)
    return replace(plan, rate=rate, measured=True)


@contextmanager
def _scratch(management: Management, vhost: str, user: str) -> Iterator[None]:
    management.put("vhosts", vhost, body={})
    try:
        rights = {"configure": ".*", "write": ".*", "read": ".*"}
        management.put("permissions", vhost, user, body=rights)
        yield
    finally:
        management.delete("vhosts", vhost)


def _rate(
    management: Management, connection: Connection, vhost: str, queue_type: str, body: bytes
) -> float:
    for name, kind in (("source", "classic"), ("sink", queue_type)):
        queue = {"durable": True, "arguments": {"x-queue-type": kind}}
        management.put("queues", vhost, name, body=queue)
    management.put("exchanges", vhost, "through", body={"type": "fanout", "durable": True})
    binding = {"routing_key": "", "arguments": {}}
    management.post("bindings", vhost, "e", "through", "q", "sink", body=binding)
    url = amqp_url(connection.amqp_endpoint, vhost)
    login = with_credentials(url, connection.username, connection.password)
    link = open_amqp(connection.amqp(login))
    try:
        channel = link.channel()
        persistent = pika.BasicProperties(delivery_mode=2)
        for _ in range(_MESSAGES):
            channel.basic_publish("", "source", body, persistent)
        value = shovel(Place(vhost, "source"), Place(vhost, "through"))
        management.put("parameters", "shovel", vhost, "measure", body={"value": value})
        began, first, arrived = 0.0, 0, 0
        deadline = time.monotonic() + _SECONDS
        while arrived < _MESSAGES and time.monotonic() < deadline:
            link.sleep(0.02)
            arrived = channel.queue_declare("sink", passive=True).method.message_count
            if arrived and not began:  # What the shovel takes to start is not its rate.
                began, first = time.monotonic(), arrived
        seconds = max(time.monotonic() - began, 0.02)
        return max(1.0, (arrived - first) / seconds)
    finally:
        link.close()
