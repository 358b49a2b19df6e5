"""The vhost, exchanges, queues, bindings and policies as Pulumi resources."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_rabbitmq as rabbitmq

from ..guard import Guards
from ..kind import Kind
from ..model import Binding, Exchange, OperatorPolicy, Policy, Queue, Topology
from ..ownership import Claims
from .logical_name import logical_name
from .options import options
from .scope import Scope


def declare_vhost(topology: Topology, guards: Guards, claims: Claims) -> rabbitmq.VHost | None:
    """None for one that exists already and cannot be read, since the broker is not asked."""
    vhost = topology.vhost
    name = guards.place.logical_name(logical_name(vhost.name))
    if vhost.existing:
        if not claims.asked:
            return None
        # Where the state has it as the stack's own, Pulumi gives it up: it leaves the stack, and
        # is neither deleted nor changed.
        return rabbitmq.VHost.get(name, id=vhost.name, opts=guards.place.options(name))
    protect = topology.protect if vhost.protect is None else vhost.protect
    return rabbitmq.VHost(
        name,
        name=vhost.name,
        description=vhost.description,
        default_queue_type=vhost.default_queue_type,
        tracing=vhost.tracing or None,
        max_connections=_limit(vhost.max_connections),
        max_queues=_limit(vhost.max_queues),
        opts=options(
            guards.place.options(name),
            guards.vhost(vhost.name, protect=protect),
            claims.options("VHost", vhost.name),
        ),
    )


def _limit(value: int | None) -> str | None:
    # The provider takes limits as text, and silently makes 0 of what is not a number.
    return None if value is None else str(value)


def declare_exchange(
    name: str, exchange: Exchange, scope: Scope, policy: str | None = None
) -> rabbitmq.Exchange:
    return rabbitmq.Exchange(
        scope.logical_name(name),
        name=name,
        vhost=scope.vhost_name,
        settings=rabbitmq.ExchangeSettingsArgs(
            type=exchange.type,
            durable=exchange.durable,
            auto_delete=exchange.auto_delete,
            arguments=exchange.arguments or None,
        ),
        # RabbitMQ cannot change an exchange; older providers would try to, and fail.
        opts=scope.options(
            scope.logical_name(name),
            scope.guards.exchange(name, protect=scope.protects(own=exchange.protect)),
            scope.claims.options("Exchange", name),
            scope.after_policy(policy),
            pulumi.ResourceOptions(replace_on_changes=["settings"]),
        ),
    )


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


def declare_binding(name: str, binding: Binding, scope: Scope) -> rabbitmq.Binding:
    """`name` is the logical one that the stack program gives it."""
    to_queue = binding.destination_type == "queue"
    logical_name = scope.place.logical_name(name)
    return rabbitmq.Binding(
        logical_name,
        vhost=scope.vhost_name,
        source=scope.exchange(binding.source),
        destination_type=binding.destination_type,
        destination=(scope.queue if to_queue else scope.exchange)(binding.destination),
        routing_key=binding.routing_key,
        # JSON keeps the types of arguments; the provider's plain map would send them all as text.
        arguments_json=json.dumps(binding.arguments, sort_keys=True) if binding.arguments else None,
        opts=scope.options(
            logical_name,
            scope.guards.binding(binding.source, binding.destination_type, binding.destination),
            scope.claims.options("Binding", name),
        ),
    )


def declare_policy(
    name: str, policy: Policy, scope: Scope, after: Sequence[pulumi.Resource] = ()
) -> rabbitmq.Policy:
    return rabbitmq.Policy(
        scope.logical_name(name),
        name=name,
        vhost=scope.vhost_name,
        policy=rabbitmq.PolicyPolicyArgs(**_fields(policy)),
        opts=scope.options(
            scope.logical_name(name),
            scope.guards.policy(name),
            scope.claims.options("Policy", name),
            scope.guards.policy_changes.options(Kind.POLICY),
            pulumi.ResourceOptions(depends_on=after),
        ),
    )


def declare_operator_policy(
    name: str, policy: OperatorPolicy, scope: Scope
) -> rabbitmq.OperatorPolicy:
    return rabbitmq.OperatorPolicy(
        scope.logical_name(name),
        name=name,
        vhost=scope.vhost_name,
        policy=rabbitmq.OperatorPolicyPolicyArgs(**_fields(policy)),
        opts=scope.options(
            scope.logical_name(name),
            scope.claims.options("OperatorPolicy", name),
            scope.guards.policy_changes.options(Kind.OPERATOR_POLICY),
        ),
    )


def _fields(policy: Policy | OperatorPolicy) -> dict[str, Any]:
    # The provider takes text, and sends as a number what looks like one.
    texts = {key: _text(value) for key, value in policy.definition.values().items()}
    return {
        "pattern": policy.pattern,
        "priority": policy.priority,
        "apply_to": policy.apply_to,
        "definition": texts,
    }


def _text(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)
