"""Federation upstreams and shovels as Pulumi resources."""

from __future__ import annotations

import pulumi
import pulumi_rabbitmq as rabbitmq

from ..model import FederationUpstream, Shovel
from .link_ends import link_ends
from .scope import Scope


def declare_federation_upstream(
    name: str, upstream: FederationUpstream, scope: Scope
) -> rabbitmq.FederationUpstream:
    return rabbitmq.FederationUpstream(
        scope.logical_name(name),
        name=name,
        vhost=scope.vhost_name,
        definition=rabbitmq.FederationUpstreamDefinitionArgs(
            uri=pulumi.Output.secret(upstream.uri.get_secret_value()),
            ack_mode=upstream.ack_mode,
            exchange=upstream.exchange,
            queue=upstream.queue,
            expires=upstream.expires,
            message_ttl=upstream.message_ttl,
            max_hops=upstream.max_hops,
            prefetch_count=upstream.prefetch_count,
            reconnect_delay=upstream.reconnect_delay,
            trust_user_id=upstream.trust_user_id,
        ),
        # What the provider reads back of the URI must be as secret as what was sent.
        opts=scope.options(
            scope.logical_name(name),
            scope.claims.options("FederationUpstream", name),
            pulumi.ResourceOptions(
                additional_secret_outputs=["definition"],
                # A link within this vhost ends before the queue and exchange that it reads from.
                depends_on=link_ends(scope, queues={upstream.queue}, exchanges={upstream.exchange}),
            ),
        ),
    )


def declare_shovel(name: str, shovel: Shovel, scope: Scope) -> rabbitmq.Shovel:
    fields = shovel.model_dump(
        exclude={"source_uri", "destination_uri", "source_delete_after"}, exclude_none=True
    )
    delete_after = shovel.source_delete_after
    return rabbitmq.Shovel(
        scope.logical_name(name),
        name=name,
        vhost=scope.vhost_name,
        info=rabbitmq.ShovelInfoArgs(
            source_uri=pulumi.Output.secret(shovel.source_uri.get_secret_value()),
            destination_uri=pulumi.Output.secret(shovel.destination_uri.get_secret_value()),
            source_delete_after=None if delete_after is None else str(delete_after),
            **fields,
        ),
        # The provider does not mark URIs as sensitive, although they hold passwords.
        opts=scope.options(
            scope.logical_name(name),
            scope.claims.options("Shovel", name),
            pulumi.ResourceOptions(
                additional_secret_outputs=["info"], depends_on=_ends(shovel, scope)
            ),
        ),
    )


def _ends(shovel: Shovel, scope: Scope) -> list[pulumi.Resource]:
    """What a shovel between the queues and exchanges of this vhost comes after, and goes before.

    A shovel declares the queues that it names as soon as it starts, without their arguments, and
    an exchange without bindings would drop what it moves. As long as it consumes, its queue and
    that queue's bindings are not deleted. Whether its URIs lead to this vhost is not asked: to wait
    for a queue of the same name costs nothing.
    """
    return link_ends(
        scope,
        queues={shovel.source_queue, shovel.destination_queue},
        exchanges={shovel.source_exchange, shovel.destination_exchange},
    )
