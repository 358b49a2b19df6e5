"""Federation upstream resources."""

from __future__ import annotations

import pulumi
import pulumi_rabbitmq as rabbitmq

from ..model import FederationUpstream
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
