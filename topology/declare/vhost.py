"""The vhost resource."""

from __future__ import annotations

import pulumi_rabbitmq as rabbitmq

from ..guard import Guards
from ..model import Topology
from ..ownership import Claims
from .logical_name import logical_name
from .options import options


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
