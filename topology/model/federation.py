"""Federation upstreams: brokers that exchanges and queues here take messages from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, SecretStr

from .base import AtLeastOne, Count, Model, Name


class FederationUpstream(Model):
    """An upstream. A policy with a `federation-upstream…` key says what uses it."""

    REFUSED: ClassVar[Mapping[str, str]] = {
        "queue_type": "the provider cannot choose the type of the upstream's buffer queue"
    }

    uri: SecretStr
    """`amqp[s]://user:password@host:port/vhost` of the upstream, in the Erlang client's dialect.
    Always treated as a secret."""
    ack_mode: Literal["on-confirm", "on-publish", "no-ack"] = "on-confirm"
    """When a message is acknowledged upstream; only `on-confirm` loses none."""
    exchange: Name | None = None
    """Name of the upstream exchange; default: that of the federated one."""
    queue: Name | None = None
    """Name of the upstream queue; default: that of the federated one."""
    expires: AtLeastOne | None = None
    """Milliseconds after which the upstream's buffer queue goes if the link is down."""
    message_ttl: Annotated[int, Field(ge=1, le=2_147_483_647)] | None = None
    """Milliseconds after which messages in the upstream's buffer expire; the provider sends no
    more than 2147483647 of them, which is 24 days."""
    max_hops: AtLeastOne = 1
    """How many federation links a message may pass."""
    prefetch_count: AtLeastOne = 1000
    """Most unacknowledged messages on the link."""
    reconnect_delay: Count = 5
    """Seconds to wait before reconnecting."""
    trust_user_id: bool = False
    """Whether the upstream's `user-id` is taken over."""
