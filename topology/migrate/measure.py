"""What a migration would have to move, and what the broker has room for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ..broker import BrokerReader
from ..broker.state import LiveQueue
from ..problems import Problem
from .move import Move

ASSUMED_RATE: Final = 3_000
"""Messages a second of one shovel, where none was measured: two busy cores moved 6,500 to 10,000
of 1,000 bytes."""

_OVERHEAD: Final = 2
"""A parked message is written again before the old copy is gone, and some space is freed late."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is in an old queue, as sampled in the last ten seconds."""

    messages: int = 0
    bytes: int = 0
    consumers: int = 0
    publish_rate: float = 0.0
    """Messages a second."""

    @classmethod
    def of(cls, queue: LiveQueue | None) -> Load:
        if queue is None:
            return cls()
        return cls(
            messages=queue.messages or 0,
            bytes=queue.bytes or 0,
            consumers=queue.consumers or 0,
            publish_rate=queue.publish_rate,
        )


@dataclass(frozen=True, slots=True)
class Room:
    """The node with the least room."""

    disk_free: int
    """Bytes above the broker's limit."""
    memory_free: int
    """Bytes below the broker's limit."""
    alarm: str = ""
    """The alarm that blocks publishers, shovels among them."""


def measure_room(reader: BrokerReader) -> Room:
    """Raises `BrokerError` if the broker cannot be asked."""
    running = [node for node in reader.nodes() if node.running]
    alarms = [alarm for node in running for alarm in node.alarms]
    return Room(
        disk_free=min((node.disk_free for node in running), default=0),
        memory_free=min((node.memory_free for node in running), default=0),
        alarm=alarms[-1] if alarms else "",
    )


def needed_disk(loads: Iterable[Load]) -> int:
    """Bytes that the parked copies take at most, on each node that holds one."""
    return _OVERHEAD * sum(load.bytes for load in loads)


def room_problems(room: Room, needed: int) -> list[Problem]:
    if room.alarm:
        message = f"the broker has a {room.alarm} alarm, and takes no messages"
        return [Problem((), message, "make room first")]
    if needed > room.disk_free:
        message = (
            f"parking takes up to {needed:,} bytes of disk, and {max(0, room.disk_free):,} are "
            "free above the broker's limit"
        )
        return [Problem((), message, "make room, or name fewer queues at a time")]
    return []


def default_exchange_rate(reader: BrokerReader, vhost: str) -> float:
    """Messages a second that clients publish to queues by their names."""
    default = reader.exchanges(vhost).by_name.get("")
    return default.publish_rate if default else 0.0


def unexplained(reader: BrokerReader, move: Move, found: LiveQueue | None) -> Problem | None:
    """Messages that come to a queue, none of them by an exchange that it is bound to."""
    load = Load.of(found)
    vhost, queue = move.origin.vhost, move.origin.queue
    if not load.publish_rate or not default_exchange_rate(reader, vhost):
        return None
    exchanges = reader.exchanges(vhost).by_name
    bound = reader.bindings(vhost).by_destination["queue", queue]
    sources = [exchanges.get(binding.source) for binding in bound if binding.source]
    if any(exchange and exchange.publish_rate for exchange in sources):
        return None
    return Problem(
        ("queues", move.target.queue),
        f"{load.publish_rate:g} messages a second come to {move.origin} by its name, through the "
        "default exchange, which cannot be bound to another queue",
        "have those publishers use an exchange, or stop them while it is migrated",
    )
