"""Exchange resources."""

from __future__ import annotations

import pulumi
import pulumi_rabbitmq as rabbitmq

from ..model import Exchange
from .scope import Scope


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
