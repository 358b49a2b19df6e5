"""What a broker has, typed: one class for each kind of object that the management API lists.

Each is made by `from_api` from what the management API answers, or from an entry of a definitions
file, whose keys are the same. Where an answer lacks a key, the field has the value that RabbitMQ
takes for it, so answers with fewer columns, and older exports, can be read as well. Counts are
different: what was not counted is None, never 0.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, Self, TypeAlias, TypeVar, cast, get_args

from ..kind import binding_label
from ..model.queue_type import QueueType
from .live_policy import LivePolicy

Entry: TypeAlias = Mapping[str, Any]
"""One object of an answer, as JSON has it."""

BindingIdentity: TypeAlias = tuple[str, str, str, str, str]
"""Source, type and name of the destination, routing key, arguments as JSON (empty for none)."""

_PROTECTED: Final = "protected_from_deletion"

NEVER: Final = float("-inf")


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_N = TypeVar("_N", bound=_Named)

_UNSET: Final = ("", "undefined", None)
"""How brokers of different ages write that a vhost has no default queue type of its own."""


@dataclass(frozen=True, slots=True)
class LiveQueue:
    """A queue or stream, with its counts as far as they were listed."""

    name: str
    type: str = ""
    """Empty where it is not known: definitions of brokers before 4.0 leave it out if no client has
    given it."""
    durable: bool = True
    auto_delete: bool = False
    exclusive: bool = False
    """Whether it belongs to a connection, and goes with it."""
    arguments: Entry = field(default_factory=dict)
    leader: str = ""
    """Node of the leader of a quorum queue; that of a stream is sampled, from 4.0 on."""
    policy: str = ""
    """The policy that applies, as sampled: see `live_policy` for what is known at once."""
    ready: int | None = None
    unacknowledged: int | None = None
    consumers: int | None = None
    bytes: int | None = None
    """Of the bodies of all messages."""
    dead_lettering: int = 0
    """Dead letters that a quorum queue keeps until they are routed (at-least-once)."""
    published: int | None = None
    """Messages that have ever come to it."""
    publish_rate: float = 0.0
    """Messages a second."""
    as_of: float = NEVER
    """Whatever happened to the queue before this moment of the reader's clock is in the counts;
    what happened since may be."""

    @classmethod
    def from_api(cls, found: Entry, as_of: float = NEVER) -> Self:
        arguments = found.get("arguments") or {}
        statistics = found.get("message_stats") or {}
        return cls(
            name=found["name"],
            type=str(found.get("type") or arguments.get("x-queue-type") or ""),
            durable=bool(found.get("durable", True)),
            auto_delete=bool(found.get("auto_delete")),
            exclusive=bool(found.get("exclusive") or found.get("owner_pid_details")),
            arguments=arguments,
            leader=found.get("leader") or "",
            policy=found.get("policy") or "",
            ready=found.get("messages_ready"),
            unacknowledged=found.get("messages_unacknowledged"),
            consumers=found.get("consumers"),
            bytes=found.get("message_bytes"),
            dead_lettering=found.get("messages_dlx") or 0,
            published=statistics.get("publish"),
            publish_rate=_rate(statistics, "publish_details"),
            as_of=as_of,
        )

    @property
    def kind(self) -> QueueType:
        """The type by which policies apply. Those of plugins' own, which no policy here is about,
        count as classic."""
        return cast("QueueType", self.type) if self.type in get_args(QueueType) else "classic"

    @property
    def messages(self) -> int | None:
        """Ready and unacknowledged; None where either was not counted."""
        if self.ready is None or self.unacknowledged is None:
            return None
        return self.ready + self.unacknowledged

    @property
    def leaderless(self) -> bool:
        """True is certain; false may be a leader that does not answer, which has no statistics.

        A quorum queue without a leader takes no messages. RabbitMQ then counts 0 messages in a
        passive declaration, whatever is in it, and deletes it by force on request.
        """
        return self.type == "quorum" and not self.leader


@dataclass(frozen=True, slots=True)
class LiveExchange:
    """An exchange, with what was published to it as far as it was listed."""

    name: str
    type: str = "direct"
    durable: bool = True
    auto_delete: bool = False
    internal: bool = False
    arguments: Entry = field(default_factory=dict)
    policy: str = ""
    """The policy that applies to it. RabbitMQ tells that of an exchange at once."""
    published: int | None = None
    """Messages that have ever come to it; None for none, and where there are no statistics."""
    publish_rate: float = 0.0
    """Messages a second."""
    as_of: float = NEVER
    """As that of a queue."""

    @classmethod
    def from_api(cls, found: Entry, as_of: float = NEVER) -> Self:
        statistics = found.get("message_stats") or {}
        return cls(
            name=found["name"],
            type=str(found.get("type") or "direct"),
            durable=bool(found.get("durable", True)),
            auto_delete=bool(found.get("auto_delete")),
            internal=bool(found.get("internal")),
            arguments=found.get("arguments") or {},
            policy=found.get("policy") or "",
            published=statistics.get("publish_in"),
            publish_rate=_rate(statistics, "publish_in_details"),
            as_of=as_of,
        )


@dataclass(frozen=True, slots=True)
class LiveBinding:
    """A binding. Equal where RabbitMQ would see one binding."""

    source: str
    """Empty for the default exchange, to which every queue is bound."""
    destination: str
    destination_type: str = "queue"
    routing_key: str = ""
    arguments: Entry = field(default_factory=dict)
    properties_key: str = field(default="", compare=False)
    """By which the management API deletes it. Only the broker can tell it where there are
    arguments."""

    @classmethod
    def from_api(cls, found: Entry) -> Self:
        return cls(
            source=found["source"],
            destination=found["destination"],
            destination_type=found.get("destination_type") or "queue",
            routing_key=found.get("routing_key") or "",
            arguments=found.get("arguments") or {},
            properties_key=found.get("properties_key") or "",
        )

    @property
    def identity(self) -> BindingIdentity:
        arguments = json.dumps(self.arguments, sort_keys=True) if self.arguments else ""
        return (
            self.source,
            self.destination_type,
            self.destination,
            self.routing_key,
            arguments,
        )

    def __str__(self) -> str:
        return binding_label(*self.identity)


@dataclass(frozen=True, slots=True)
class LiveVhost:
    """A vhost by itself."""

    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    default_queue_type: str | None = None
    """None where the vhost has none of its own."""
    tracing: bool = False
    protected_from_deletion: bool = False
    """Since RabbitMQ 4.0: the broker refuses to delete the vhost, and deletes what is in it."""

    @classmethod
    def from_api(cls, found: Entry) -> Self:
        default = found.get("default_queue_type")
        return cls(
            name=found["name"],
            description=found.get("description") or "",
            tags=_tags(found.get("tags")),
            default_queue_type=None if default in _UNSET else str(default),
            tracing=bool(found.get("tracing")),
            protected_from_deletion=bool(
                found.get(_PROTECTED) or (found.get("metadata") or {}).get(_PROTECTED)
            ),
        )


@dataclass(frozen=True, slots=True)
class LiveUser:
    """A user of the broker. Holds the hash of the password."""

    name: str
    tags: tuple[str, ...] = ()
    password_hash: str = field(default="", repr=False)
    """Salt and hash in base64; empty where the user has no password."""
    hashing_algorithm: str = ""

    @classmethod
    def from_api(cls, found: Entry) -> Self:
        return cls(
            name=found["name"],
            tags=_tags(found.get("tags")),
            password_hash=found.get("password_hash") or "",
            hashing_algorithm=str(found.get("hashing_algorithm") or ""),
        )


@dataclass(frozen=True, slots=True)
class LivePermission:
    """What a user may do in a vhost: three patterns."""

    user: str
    configure: str = ""
    write: str = ""
    read: str = ""

    @classmethod
    def from_api(cls, found: Entry) -> Self:
        rights = (found.get(right) or "" for right in ("configure", "write", "read"))
        return cls(found["user"], *rights)


@dataclass(frozen=True, slots=True)
class LiveTopicPermission:
    """With which routing keys a user may use one topic exchange."""

    user: str
    exchange: str
    write: str = ""
    read: str = ""

    @classmethod
    def from_api(cls, found: Entry) -> Self:
        rights = (found.get(right) or "" for right in ("write", "read"))
        return cls(found["user"], found["exchange"], *rights)


@dataclass(frozen=True, slots=True)
class LiveConnection:
    """A client's connection, by whatever protocol."""

    name: str
    vhost: str = ""
    user: str = ""
    own_name: str = ""
    """What the client calls it: `connection_name` among its properties."""

    @classmethod
    def from_api(cls, found: Entry) -> Self:
        given = (found.get("client_properties") or {}).get("connection_name")
        return cls(
            name=str(found.get("name") or ""),
            vhost=str(found.get("vhost") or ""),
            user=str(found.get("user") or ""),
            own_name=str(found.get("user_provided_name") or given or ""),
        )


@dataclass(frozen=True, slots=True)
class LiveConsumer:
    """A consumer on a queue."""

    queue: str
    exclusive: bool = False
    """Whether it has the queue to itself."""
    tag: str = ""
    connection: str = ""
    """Name of its connection; empty where it has none, as in a shovel of the `local` protocol."""

    @classmethod
    def from_api(cls, found: Entry) -> Self:
        channel = found.get("channel_details") or {}
        return cls(
            queue=found["queue"]["name"],
            exclusive=bool(found.get("exclusive")),
            tag=str(found.get("consumer_tag") or ""),
            connection=str(channel.get("connection_name") or ""),
        )


@dataclass(frozen=True, slots=True)
class LiveNode:
    """A node of the broker's cluster."""

    name: str
    running: bool = False
    plugins: frozenset[str] | None = None
    """Without those that these bring along. None where the node does not tell them (yet)."""
    disk_free: int = 0
    """Bytes above the limit at which the broker blocks publishers."""
    memory_free: int = 0
    """Bytes below the limit at which the broker blocks publishers."""
    alarms: tuple[str, ...] = ()
    """`memory`, `disk`: what blocks publishers now."""

    @classmethod
    def from_api(cls, found: Entry) -> Self:
        def room(much: str, little: str) -> int:
            return int(found.get(much) or 0) - int(found.get(little) or 0)

        alarms = (("mem_alarm", "memory"), ("disk_free_alarm", "disk"))
        plugins = found.get("enabled_plugins")
        return cls(
            name=str(found.get("name") or ""),
            running=bool(found.get("running")),
            plugins=frozenset(plugins) if plugins else None,
            disk_free=room("disk_free", "disk_free_limit"),
            memory_free=room("mem_limit", "mem_used"),
            alarms=tuple(word for key, word in alarms if found.get(key)),
        )


@dataclass(frozen=True, slots=True)
class VhostState:
    """Everything that one vhost has, and the users of its broker."""

    vhost: LiveVhost | None = None
    """None where the broker has no such vhost."""
    default_queue_type: str | None = None
    """What the broker gives to vhosts that have none of their own; None where it is not told."""
    limits: Mapping[str, int] = field(default_factory=dict)
    """`max-connections`, `max-queues`."""
    exchanges: Mapping[str, LiveExchange] = field(default_factory=dict)
    queues: Mapping[str, LiveQueue] = field(default_factory=dict)
    bindings: tuple[LiveBinding, ...] = ()
    """Without those of the default exchange."""
    policies: Mapping[str, LivePolicy] = field(default_factory=dict)
    operator_policies: Mapping[str, LivePolicy] = field(default_factory=dict)
    parameters: Mapping[tuple[str, str], Any] = field(default_factory=dict, repr=False)
    """Component and name → value. Holds secrets."""
    users: Mapping[str, LiveUser] = field(default_factory=dict)
    """All of the broker's."""
    permissions: Mapping[str, LivePermission] = field(default_factory=dict)
    topic_permissions: Mapping[tuple[str, str], LiveTopicPermission] = field(default_factory=dict)
    """User and exchange → permission."""


def by_name(entries: Iterable[_N]) -> dict[str, _N]:
    return {entry.name: entry for entry in entries}


def _tags(value: Any) -> tuple[str, ...]:
    """RabbitMQ 3.8, and older exports, join them with commas."""
    if isinstance(value, str):
        return tuple(tag for tag in value.split(",") if tag)
    return tuple(value or ())


def _rate(statistics: Entry, key: str) -> float:
    return float((statistics.get(key) or {}).get("rate") or 0.0)
