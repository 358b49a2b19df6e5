"""What a migration would have to move, and what the broker has room for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from topology.broker import Management
from topology.migrate.move import Move, Place
from topology.migrate.stage import Found
from topology.problems import Problem

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
    def of(cls, found: Found | None) -> Load:
        entry = found or {}
        statistics = entry.get("message_stats") or {}
        return cls(
            messages=entry.get("messages") or 0,
            bytes=entry.get("message_bytes") or 0,
            consumers=entry.get("consumers") or 0,
            publish_rate=float((statistics.get("publish_details") or {}).get("rate") or 0.0),
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


def measure_room(management: Management) -> Room:
    """Raises `BrokerError` if the broker cannot be asked."""
    nodes: list[dict[str, Any]] = management.get("nodes")
    running = [node for node in nodes if node.get("running")]
    alarm = ""
    for node in running:
        for key, word in (("mem_alarm", "memory"), ("disk_free_alarm", "disk")):
            if node.get(key):
                alarm = word
    return Room(
        disk_free=min(
            (_above(node, "disk_free", "disk_free_limit") for node in running), default=0
        ),
        memory_free=min((_above(node, "mem_limit", "mem_used") for node in running), default=0),
        alarm=alarm,
    )


def _above(node: dict[str, Any], much: str, little: str) -> int:
    return int(node.get(much) or 0) - int(node.get(little) or 0)


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


def default_exchange_rate(management: Management, vhost: str) -> float:
    """Messages a second that clients publish to queues by their names."""
    found = management.find("exchanges", vhost, "amq.default") or {}
    return _rate(found)


def unexplained(management: Management, move: Move, found: Found | None) -> Problem | None:
    """Messages that come to a queue, none of them by an exchange that it is bound to."""
    load = Load.of(found)
    if not load.publish_rate or not default_exchange_rate(management, move.origin.vhost):
        return None
    if any(
        _rate(management.find("exchanges", move.origin.vhost, source) or {})
        for source in _sources(management, move.origin)
    ):
        return None
    return Problem(
        ("queues", move.target.queue),
        f"{load.publish_rate:g} messages a second come to {move.origin} by its name, through the "
        "default exchange, which cannot be bound to another queue",
        "have those publishers use an exchange, or stop them while it is migrated",
    )


def _sources(management: Management, place: Place) -> set[str]:
    bindings = management.find("queues", place.vhost, place.queue, "bindings") or []
    return {entry["source"] for entry in bindings if entry["source"]}


def _rate(exchange: Found) -> float:
    statistics = exchange.get("message_stats") or {}
    return float((statistics.get("publish_in_details") or {}).get("rate") or 0.0)
