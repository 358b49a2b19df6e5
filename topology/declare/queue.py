"""Queue resources."""

from __future__ import annotations

import json

import pulumi_rabbitmq as rabbitmq

from ..model import Queue
from .scope import Scope


def declare_queue(
    name: str, queue: Queue, scope: Scope, policy: str | None = None
) -> rabbitmq.Queue:
    """`queue` is settled: it has a type, and nothing but arguments that are fixed."""
    # RabbitMQ 4 adds the type to what it tells of a queue. A queue declared without one would then
    # differ from its declaration, and the next refresh would plan to replace it.
    arguments = dict(queue.arguments)
    if queue.declare_queue_type:
        arguments["x-queue-type"] = queue.type
    return rabbitmq.Queue(
        scope.logical_name(name),
        name=name,
        vhost=scope.vhost_name,
        settings=rabbitmq.QueueSettingsArgs(
            durable=queue.durable,
            auto_delete=queue.auto_delete,
            arguments_json=json.dumps(arguments, sort_keys=True),
        ),
        opts=scope.options(
            scope.logical_name(name),
            scope.guards.queue(name, protect=scope.protects(own=queue.protect)),
            scope.claims.options("Queue", name),
            scope.after_policy(policy),
        ),
    )
