"""What a policy can set, under RabbitMQ's own keys (`message-ttl`, not `message_ttl`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias

from pydantic import ConfigDict, Field, create_model

from ..version import NEWEST, OLDEST, Version
from .base import AtLeastOne, Count, ExchangeRef, Model, Name, RoutingKey, says
from .queue import Queue, queue_arguments
from .queue_argument import Drop, PolicyKey, Span
from .queue_type import QueueType, Types

Synchronised: TypeAlias = Literal["always", "when-synced"]
_LAST_MIRRORING = Version(3, 13)

SHARDING: Final = "rabbitmq_sharding"
"""The plugin that makes a queue for each shard of an exchange."""


def _mirroring(name: str) -> PolicyKey:
    return PolicyKey(name, until=_LAST_MIRRORING)


FEDERATION_KEYS: Final = (
    "federation-upstream",
    "federation-upstream-set",
    "federation-upstream-pattern",
)
"""Of queues and of exchanges; one excludes the others."""

EXCHANGE_KEYS: Final = ("alternate-exchange", "shards-per-node", "routing-key")
"""Of exchanges alone. All others are of queues."""


class Definition(Model):
    """What a policy sets. What is left out, the policy leaves alone."""

    model_config = ConfigDict(alias_generator=lambda name: name.replace("_", "-"))

    def values(self) -> dict[str, Any]:
        """RabbitMQ's key → value, of the keys that are set."""
        return self.model_dump(by_alias=True, exclude_none=True)


class OwnKeys(Definition):
    """The policy keys that no argument of a queue corresponds to."""

    alternate_exchange: Annotated[
        ExchangeRef | None, PolicyKey("alternate-exchange", drop=Drop.UNROUTED)
    ] = None
    """Exchange that receives what a matching exchange cannot route."""
    federation_upstream: Annotated[Name | None, PolicyKey("federation-upstream")] = None
    """The upstream to federate with."""
    federation_upstream_set: Annotated[Name | None, PolicyKey("federation-upstream-set")] = None
    """The upstream set to federate with; `all` is every upstream of the vhost."""
    federation_upstream_pattern: Annotated[str | None, PolicyKey("federation-upstream-pattern")] = (
        None
    )
    """A regular expression for the names of the upstreams to federate with."""
    shards_per_node: Annotated[AtLeastOne | None, PolicyKey("shards-per-node", plugin=SHARDING)] = (
        None
    )
    """Number of queues that the sharding plugin makes on each node for a matching exchange."""
    routing_key: Annotated[RoutingKey | None, PolicyKey("routing-key", plugin=SHARDING)] = None
    """Key by which the sharding plugin binds these queues; needs `shards-per-node`."""
    target_group_size: Annotated[
        AtLeastOne | None,
        PolicyKey("target-group-size", since=Version(3, 13), operator_since=Version(3, 13)),
    ] = None
    """Number of replicas that quorum queues are grown to."""
    queue_master_locator: Annotated[
        Literal["client-local", "min-masters", "random"] | None,
        PolicyKey("queue-master-locator", operator_since=Version(4, 0)),
    ] = None
    """On which node a classic queue is declared; RabbitMQ calls its newer form
    `queue-leader-locator`."""
    max_in_memory_length: Annotated[
        Count | None, PolicyKey("max-in-memory-length", operator_since=OLDEST)
    ] = None
    """Without effect from RabbitMQ 3.10: quorum queues keep no messages in memory. It drops
    nothing."""
    max_in_memory_bytes: Annotated[
        Count | None, PolicyKey("max-in-memory-bytes", operator_since=OLDEST)
    ] = None
    """Without effect from RabbitMQ 3.10: quorum queues keep no messages in memory. It drops
    nothing."""
    ha_mode: Annotated[Literal["all", "exactly", "nodes"] | None, _mirroring("ha-mode")] = None
    """Classic mirroring, which RabbitMQ 4.0 removed: use quorum queues."""
    ha_params: Annotated[
        AtLeastOne | list[str] | None,
        says("must be a number of mirrors or a list of node names"),
        _mirroring("ha-params"),
    ] = None
    """Number of mirrors for `exactly`, node names for `nodes`."""
    ha_sync_mode: Annotated[Literal["manual", "automatic"] | None, _mirroring("ha-sync-mode")] = (
        None
    )
    """How a new mirror gets the messages that are there."""
    ha_sync_batch_size: Annotated[Count | None, _mirroring("ha-sync-batch-size")] = None
    """How many messages a new mirror gets at a time."""
    ha_promote_on_shutdown: Annotated[Synchronised | None, _mirroring("ha-promote-on-shutdown")] = (
        None
    )
    """Whether an unsynchronised mirror takes over after a shutdown."""
    ha_promote_on_failure: Annotated[Synchronised | None, _mirroring("ha-promote-on-failure")] = (
        None
    )
    """Whether an unsynchronised mirror takes over after a failure."""


def _queue_keys() -> dict[str, Any]:
    # A setting is typed once, in `Queue`; a policy says the same under another name.
    return {
        name: _field(Queue, name, setting.policy)
        for name, setting in queue_arguments().items()
        if setting.policy
    }


def _operator_keys() -> dict[str, Any]:
    return {
        name: _field(PolicyDefinition, name, key)
        for name, key in policy_keys(PolicyDefinition)
        if key.operator_since
    }


def _field(model: type[Model], name: str, key: PolicyKey) -> tuple[Any, Any]:
    field = model.model_fields[name]
    return Annotated[field.annotation, key], Field(None, description=field.description)


def policy_keys(model: type[Model]) -> Iterator[tuple[str, PolicyKey]]:
    """Field name and policy key, of a definition's fields."""
    for name, field in model.model_fields.items():
        for marker in field.metadata:
            if isinstance(marker, PolicyKey):
                yield name, marker


if TYPE_CHECKING:  # Their fields are made below; what is typed here is what code may rely on.
    PolicyDefinition: TypeAlias = OwnKeys
    OperatorPolicyDefinition: TypeAlias = Definition
else:
    PolicyDefinition = create_model(
        "PolicyDefinition", __base__=OwnKeys, __doc__=Definition.__doc__, **_queue_keys()
    )
    OperatorPolicyDefinition = create_model(
        "OperatorPolicyDefinition",
        __base__=Definition,
        __doc__=Definition.__doc__,
        **_operator_keys(),
    )


@cache
def known_policy_keys() -> dict[str, PolicyKey]:
    """Every policy key by RabbitMQ's name for it."""
    return {key.name: key for _, key in policy_keys(PolicyDefinition)}


_MIRRORED: Final = (
    "ha-mode",
    "ha-params",
    "ha-sync-mode",
    "ha-promote-on-shutdown",
    "ha-promote-on-failure",
)

_IN_MEMORY: Final = ("max-in-memory-length", "max-in-memory-bytes")

_BLOCKING: Final[Mapping[str, Span]] = {
    **dict.fromkeys(
        ("max-age", "stream-max-segment-size-bytes", "initial-cluster-size"),
        Span(Types.NOT_STREAM),
    ),
    **dict.fromkeys(
        ("delivery-limit", "dead-letter-strategy", "target-group-size"),
        Span(Types.CLASSIC | Types.STREAM),
    ),
    **dict.fromkeys(("queue-mode", "queue-master-locator", *_MIRRORED), Span(Types.REPLICATED)),
    **dict.fromkeys(
        (
            "message-ttl",
            "expires",
            "max-length",
            "overflow",
            "dead-letter-exchange",
            "dead-letter-routing-key",
        ),
        Span(Types.STREAM),
    ),
    "queue-leader-locator": Span(Types.CLASSIC, until=Version(3, 13)),
    **dict.fromkeys(_IN_MEMORY, Span(Types.STREAM)),
}
_BLOCKING_LATER: Final[Mapping[str, Span]] = dict.fromkeys(
    _IN_MEMORY, Span(Types.CLASSIC, since=Version(4, 0))
)


def blocking_keys(
    definition: Iterable[str], queue_type: QueueType, version: Version = NEWEST
) -> list[str]:
    """Keys that keep RabbitMQ from applying a policy to queues of a type, all of it.

    What a queue type lists as unsupported is not skipped: a policy that holds one such key does not
    apply to the queue at all, and the next one that matches does (seen on 3.10, 4.0 and 4.3).
    """
    return [
        key
        for key in definition
        if any(
            key in table and table[key].covers(queue_type, version)
            for table in (_BLOCKING, _BLOCKING_LATER)
        )
    ]
