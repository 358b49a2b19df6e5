"""Queues: what a queue is, and every setting that RabbitMQ knows for it.

Settings that a policy can express are applied by one, so that changing them later never replaces
the queue; the others are arguments, fixed when the queue is declared.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal

from pydantic import Field

from ..version import OLDEST, Version
from .base import Arguments, AtLeastOne, Count, ExchangeRef, Milliseconds, Model, Name, RoutingKey
from .migrate import MigrateSwitch
from .pattern import DeadLetterSwitch, Retry
from .queue_argument import Drop, Merge, PolicyKey, QueueArgument, Span, argument
from .queue_type import QueueType, Types


def _delayed_retry(name: str) -> PolicyKey:
    return PolicyKey(name, since=Version(4, 3), operator_since=Version(4, 3))


class Queue(Model):
    """A queue or a stream."""

    type: QueueType | None = None
    """`classic`, `quorum` (replicated) or `stream` (a replicated log). Default: the vhost's
    `default_queue_type`, else classic. Fixed when the queue is declared."""
    durable: bool = True
    """Whether the queue survives a restart of the broker. Quorum queues and streams always do."""
    auto_delete: bool = False
    """Whether RabbitMQ deletes the queue when its last consumer goes."""

    message_ttl: Annotated[
        Milliseconds | None,
        argument(
            "x-message-ttl",
            Types.NOT_STREAM,
            policy=PolicyKey("message-ttl", operator_since=OLDEST),
            drop=Drop.AGE,
            merge=Merge.SMALLEST,
        ),
    ] = None
    """Milliseconds after which a message expires: dead-lettered, or dropped."""
    expires: Annotated[
        Annotated[int, Field(ge=1, le=315_360_000_000)] | None,
        argument(
            "x-expires",
            Types.NOT_STREAM,
            policy=PolicyKey("expires", operator_since=OLDEST),
            drop=Drop.DISUSE,
            merge=Merge.SMALLEST,
        ),
    ] = None
    """Milliseconds after which RabbitMQ deletes the queue if it is unused, messages included."""
    max_length: Annotated[
        Count | None,
        argument(
            "x-max-length",
            Types.NOT_STREAM,
            policy=PolicyKey("max-length", operator_since=OLDEST),
            drop=Drop.LENGTH,
            merge=Merge.SMALLEST,
        ),
    ] = None
    """Most ready messages; `overflow` says what happens then."""
    max_length_bytes: Annotated[
        Count | None,
        argument(
            "x-max-length-bytes",
            Types.ALL,
            policy=PolicyKey("max-length-bytes", operator_since=OLDEST),
            drop=Drop.LENGTH,
            merge=Merge.SMALLEST,
        ),
    ] = None
    """Most bytes of message bodies; `overflow` says what happens then. A stream drops its oldest
    segments."""
    overflow: Annotated[
        Literal["drop-head", "reject-publish", "reject-publish-dlx"] | None,
        argument(
            "x-overflow",
            Types.NOT_STREAM,
            policy=PolicyKey("overflow", operator_since=Version(3, 13)),
            drop=Drop.OVERFLOW,
            merge=Merge.POLICY_ON_QUORUM,
        ),
    ] = None
    """What a full queue does: drop its oldest message, or refuse new ones."""
    dead_letter_exchange: Annotated[
        ExchangeRef | None,
        argument(
            "x-dead-letter-exchange",
            Types.NOT_STREAM,
            policy="dead-letter-exchange",
            drop=Drop.DEAD_LETTER,
        ),
    ] = None
    """Exchange that receives messages that are rejected, expire, overflow or reach the delivery
    limit. The empty name is the default exchange, which routes to the queue that the key names."""
    dead_letter_routing_key: Annotated[
        RoutingKey | None,
        argument(
            "x-dead-letter-routing-key",
            Types.NOT_STREAM,
            policy="dead-letter-routing-key",
            drop=Drop.DEAD_LETTER,
        ),
    ] = None
    """Routing key that dead letters get; default: the one they were published with."""
    dead_letter_strategy: Annotated[
        Literal["at-most-once", "at-least-once"] | None,
        argument(
            "x-dead-letter-strategy",
            Types.QUORUM,
            policy="dead-letter-strategy",
            drop=Drop.DEAD_LETTER,
            merge=Merge.POLICY_ON_QUORUM,
        ),
    ] = None
    """Whether a dead letter may be lost on its way. `at-least-once` also needs
    `overflow: reject-publish`."""
    delivery_limit: Annotated[
        Annotated[int, Field(ge=-1)] | None,
        argument(
            "x-delivery-limit",
            Types.QUORUM,
            policy=PolicyKey("delivery-limit", operator_since=OLDEST),
            drop=Drop.RETURNS,
            merge=Merge.SMALLEST,
        ),
    ] = None
    """How often a message may be returned before it is dead-lettered or dropped. From 4.0 the
    default is 20, and -1 is no limit."""
    max_age: Annotated[
        Annotated[str, Field(pattern=r"^\d+[YMDhms]$", examples=["7D", "12h"])] | None,
        argument("x-max-age", Types.STREAM, policy="max-age", drop=Drop.AGE, merge=Merge.SMALLEST),
    ] = None
    """Age at which a stream drops a segment: a number and one of Y, M, D, h, m, s, as in `7D`."""
    stream_max_segment_size_bytes: Annotated[
        Annotated[int, Field(ge=0, le=3_000_000_000)] | None,
        argument(
            "x-stream-max-segment-size-bytes",
            Types.STREAM,
            policy="stream-max-segment-size-bytes",
        ),
    ] = None
    """Size of a stream's segment files; retention works on whole segments."""
    stream_filter_size_bytes: Annotated[
        Annotated[int, Field(ge=16, le=255)] | None,
        argument(
            "x-stream-filter-size-bytes",
            Span(Types.STREAM, since=Version(3, 13)),
            policy=PolicyKey("stream-filter-size-bytes", since=Version(3, 13)),
        ),
    ] = None
    """Size of a stream's filter per chunk."""
    queue_mode: Annotated[
        Literal["default", "lazy"] | None,
        argument("x-queue-mode", Types.CLASSIC, policy="queue-mode"),
    ] = None
    """`lazy` keeps messages on disk. Without effect from RabbitMQ 3.12, where every queue does."""
    queue_version: Annotated[
        Annotated[int, Field(ge=1, le=2)] | None,
        argument(
            "x-queue-version",
            Types.CLASSIC,
            policy=PolicyKey("queue-version", operator_since=Version(3, 13)),
        ),
    ] = None
    """Storage format of a classic queue."""
    consumer_timeout: Annotated[
        Milliseconds | None,
        argument(
            "x-consumer-timeout",
            Span(Types.QUORUM, since=Version(3, 12)),
            Span(Types.CLASSIC | Types.STREAM, since=Version(3, 12), until=Version(4, 2)),
            policy=PolicyKey("consumer-timeout", since=Version(3, 13)),
        ),
    ] = None
    """Milliseconds in which a consumer must acknowledge."""
    queue_leader_locator: Annotated[
        Literal["client-local", "balanced"] | None,
        argument(
            "x-queue-leader-locator",
            Types.REPLICATED,
            Span(Types.CLASSIC, since=Version(4, 0)),
            policy="queue-leader-locator",
        ),
    ] = None
    """Where the leader is placed when the queue is declared."""
    delayed_retry_type: Annotated[
        Literal["disabled", "all", "failed", "returned"] | None,
        argument(
            "x-delayed-retry-type",
            Span(Types.QUORUM, since=Version(4, 3)),
            policy=_delayed_retry("delayed-retry-type"),
        ),
    ] = None
    """Which returned messages a quorum queue holds back for a while before it delivers them again;
    needs `delayed_retry_min`."""
    delayed_retry_min: Annotated[
        AtLeastOne | None,
        argument(
            "x-delayed-retry-min",
            Span(Types.QUORUM, since=Version(4, 3)),
            policy=_delayed_retry("delayed-retry-min"),
        ),
    ] = None
    """Shortest delay of `delayed_retry_type`, in milliseconds."""
    delayed_retry_max: Annotated[
        AtLeastOne | None,
        argument(
            "x-delayed-retry-max",
            Span(Types.QUORUM, since=Version(4, 3)),
            policy=_delayed_retry("delayed-retry-max"),
        ),
    ] = None
    """Longest delay of `delayed_retry_type`, in milliseconds."""
    consumer_disconnected_timeout: Annotated[
        Milliseconds | None,
        argument(
            "x-consumer-disconnected-timeout",
            Span(Types.QUORUM, since=Version(4, 3)),
            policy=PolicyKey("consumer-disconnected-timeout", since=Version(4, 3)),
        ),
    ] = None
    """Milliseconds after which the messages of an unreachable consumer are returned."""

    max_priority: Annotated[
        Annotated[int, Field(ge=0, le=255)] | None, argument("x-max-priority", Types.CLASSIC)
    ] = None
    """Highest priority of a priority queue; each costs memory, so stay below 10. Fixed."""
    single_active_consumer: Annotated[
        bool | None, argument("x-single-active-consumer", Types.NOT_STREAM)
    ] = None
    """Whether one consumer at a time gets the messages, the others standing by. Fixed."""
    quorum_initial_group_size: Annotated[
        AtLeastOne | None, argument("x-quorum-initial-group-size", Types.QUORUM)
    ] = None
    """Number of replicas that a quorum queue starts with. Fixed."""
    initial_cluster_size: Annotated[
        AtLeastOne | None,
        argument("x-initial-cluster-size", Types.STREAM, policy="initial-cluster-size"),
    ] = None
    """Number of replicas that a stream starts with."""

    arguments: Arguments = Field(default_factory=dict)
    """Raw arguments, with the types they have here. Fixed when the queue is declared."""
    declare_queue_type: bool = True
    """Whether the queue is declared with the argument `x-queue-type`. `false` is for a classic
    queue that was made without it, as RabbitMQ before 4.0 allows, and is taken over as it is."""
    settings_as_arguments: bool = False
    """Write the settings as arguments instead of a policy: they can then never change without
    replacing the queue."""
    protect: bool | None = None
    """Pulumi's protection for this queue; default: the stack's `protect`."""
    adopt: bool | None = None
    """Take this queue over if it exists on the broker; default: the stack's `adopt`."""
    migrate: MigrateSwitch = None
    """Whether the command `migrate` may change what is fixed by moving the messages:
    `true`, or `{from: OLD, vhost: VHOST}` for another name or vhost. Default: the stack's
    `migrate`."""
    profile: Name | None = None
    """A set of settings of `profiles` that this queue starts from."""
    dead_letter: DeadLetterSwitch = None
    """`true` adds a dead-letter exchange `NAME.dead-letter`, a queue of that name, and their
    binding."""
    retry: Retry | None = None
    """Brings a rejected message back after a delay, again and again, and at last to the dead-letter
    queue. Consumers need nothing but `reject`."""


@cache
def dropping(*ways: Drop) -> dict[str, QueueArgument]:
    """The settings that can make RabbitMQ drop messages in these ways, by field name; without an
    argument, in any way."""
    wanted = ways or tuple(Drop)
    return {name: setting for name, setting in queue_arguments().items() if setting.drop in wanted}


@cache
def queue_arguments() -> dict[str, QueueArgument]:
    """The settings of `Queue` that RabbitMQ has an argument for, by field name."""
    return {
        name: marker
        for name, field in Queue.model_fields.items()
        for marker in field.metadata
        if isinstance(marker, QueueArgument)
    }
