"""The queue types, each with guarantees and settings of its own."""

from __future__ import annotations

from enum import Flag, auto
from typing import Literal, TypeAlias

QueueType: TypeAlias = Literal["classic", "quorum", "stream"]


class Types(Flag):
    """A set of queue types."""

    CLASSIC = auto()
    QUORUM = auto()
    STREAM = auto()
    NOT_STREAM = CLASSIC | QUORUM
    REPLICATED = QUORUM | STREAM
    ALL = CLASSIC | QUORUM | STREAM

    @classmethod
    def of(cls, queue_type: QueueType) -> Types:
        return cls[queue_type.upper()]

    @property
    def names(self) -> list[str]:
        return [flag.name.lower() for flag in self if flag.name]
