"""Queues, streams and exchanges, and the settings that hold for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Literal, Self, TypeAlias

from ..broker.state import LiveExchange, LiveQueue
from ..expand.effective_policy import Kind
from ..model.policy_definition import EXCHANGE_KEYS, FEDERATION_KEYS
from ..model.queue import queue_arguments
from ..model.queue_argument import Merge, QueueArgument
from ..version import Version

Settings: TypeAlias = Mapping[str, Any]
"""Policy keys → what holds for one object."""

Section: TypeAlias = Literal["queues", "exchanges"]

_AGES: Final = {"Y": 31_536_000, "M": 2_592_000, "D": 86_400, "h": 3_600, "m": 60, "s": 1}
"""Seconds, as RabbitMQ counts them."""

_RABBITMQ_OWN: Final = "amq."
_UNLIMITED: Final = -1
"""A delivery limit that is none, from RabbitMQ 4.0 on."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What is in a queue. None is unknown, which is taken for too much."""

    ready: int | None = 0
    unacknowledged: int | None = 0
    consumers: int | None = 0
    bytes: int | None = None
    dead_lettering: int = 0
    """Dead letters that a quorum queue keeps until they are routed (at-least-once)."""

    @classmethod
    def of(cls, queue: LiveQueue) -> Self:
        return cls(
            ready=queue.ready,
            unacknowledged=queue.unacknowledged,
            consumers=queue.consumers,
            bytes=queue.bytes,
            dead_lettering=queue.dead_lettering,
        )

    @property
    def messages(self) -> int | None:
        if self.ready is None or self.unacknowledged is None:
            return None
        return self.ready + self.unacknowledged + self.dead_lettering

    @property
    def empty(self) -> bool:
        return self.messages == 0


UNKNOWN: Final = Counts(None, None, None, None)


@dataclass(frozen=True, slots=True)
class LiveObject:
    """A queue, stream or exchange, as far as policies are about it."""

    section: Section
    name: str
    kind: Kind
    arguments: Mapping[str, Any] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    passing: bool = False
    """Whether it belongs to a client or to RabbitMQ, and goes without anybody's doing."""
    exists: bool = True
    """False for one that is declared and yet to be created."""

    @classmethod
    def queue(cls, queue: LiveQueue) -> LiveObject:
        own = queue.exclusive or queue.auto_delete or queue.name.startswith(_RABBITMQ_OWN)
        return cls("queues", queue.name, queue.kind, queue.arguments, Counts.of(queue), own)

    @classmethod
    def exchange(cls, exchange: LiveExchange) -> LiveObject:
        name, arguments = exchange.name, exchange.arguments
        return cls("exchanges", name, "exchange", arguments, passing=exchange.auto_delete)

    @property
    def label(self) -> str:
        """`queue orders`, `stream audit`, `exchange events`."""
        if self.kind in ("stream", "exchange"):
            return f"{self.kind} {self.name}"
        return f"queue {self.name}"

    def reads(self, key: str, version: Version) -> bool:
        """Whether a policy key means anything to an object of this kind."""
        if key in FEDERATION_KEYS:
            return True
        if self.kind == "exchange" or key in EXCHANGE_KEYS:
            return (self.kind == "exchange") == (key in EXCHANGE_KEYS or key not in by_key())
        setting = by_key().get(key)
        return setting is None or setting.known(self.kind, version)

    def settings(self, policy: Settings, operator: Settings, version: Version) -> Settings:
        """What holds, of the object's own arguments and the policies that apply to it."""
        found: dict[str, Any] = {}
        for key in {*self._own(), *policy, *operator}:
            if self.reads(key, version) and (values := list(self._values(key, policy, operator))):
                found[key] = _chosen(by_key().get(key), values)
        return found

    def _own(self) -> Settings:
        """Arguments under policy keys: those of queues begin with `x-`."""
        if self.kind == "exchange":
            return self.arguments
        return {
            name.removeprefix("x-"): value
            for name, value in self.arguments.items()
            if name.startswith("x-")
        }

    def _values(self, key: str, policy: Settings, operator: Settings) -> Iterator[Any]:
        """What is set for a key, the value first that wins where it is not the smallest."""
        setting = by_key().get(key)
        merge = setting.merge if setting else Merge.ARGUMENT
        own, applied = self._own().get(key), policy.get(key)
        policy_first = merge is Merge.POLICY_ON_QUORUM and self.kind == "quorum"
        order = (applied, own) if policy_first else (own, applied)
        yield from (value for value in (operator.get(key), *order) if value is not None)


@cache
def by_key() -> Mapping[str, QueueArgument]:
    """The settings of queues by their policy keys."""
    return {
        setting.policy.name: setting for setting in queue_arguments().values() if setting.policy
    }


def _chosen(setting: QueueArgument | None, values: list[Any]) -> Any:
    if setting is None or setting.merge is not Merge.SMALLEST:
        return values[0]
    return min(values, key=size)


def size(value: Any) -> float:
    """By which limits are compared: milliseconds, bytes, numbers, or the age of segments."""
    if isinstance(value, str):
        return seconds(value)
    return float("inf") if value == _UNLIMITED else float(value)


def seconds(age: str) -> float:
    """`7D` → 604800; infinite for what RabbitMQ would not take."""
    try:
        return int(age[:-1]) * _AGES[age[-1:]]
    except (KeyError, ValueError):
        return float("inf")
