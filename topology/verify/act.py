"""One thing that a service tries, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Deed(StrEnum):
    CONNECT = "connect"
    PUBLISH = "publish"
    CONSUME = "consume"
    DECLARE = "declare"
    BIND = "bind"


_TOWARDS = {
    Deed.CONNECT: " to vhost",
    Deed.PUBLISH: " to",
    Deed.CONSUME: " from",
    Deed.DECLARE: "",
    Deed.BIND: " to",
}


@dataclass(frozen=True, slots=True)
class Act:
    """What is tried."""

    deed: Deed
    target: str
    """Exchange that is published to or bound from; queue that is consumed from or declared; vhost
    that is connected to."""
    allowed: bool
    """Whether the service should be able to."""
    routing_key: str = ""
    """For publishing."""
    queue: str = ""
    """For binding: the queue that is bound."""

    def __str__(self) -> str:
        target = self.target or "the default exchange"
        key = f" with key {self.routing_key}" if self.routing_key else ""
        return f"{self.deed}{_TOWARDS[self.deed]} {target}{key}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an act."""

    act: Act
    permitted: bool | None
    """None if it could not be tried; `note` says why."""
    note: str = ""

    @property
    def right(self) -> bool:
        return self.permitted is self.act.allowed
