"""What a migration is told by: events, the names of what it makes, and routes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self, TypeAlias

from ..broker.state import LiveBinding
from ..kind import binding_label
from ..model import Binding
from ..model.base import MAX_NAME_BYTES


@dataclass(frozen=True, slots=True)
class Event:
    """One step of one queue, or how far it has come."""

    queue: str
    step: str
    """A word by which programs know the step."""
    text: str
    ready: int | None = None
    """Messages that are still to be moved in this step."""
    moved: int | None = None
    """Messages that this step has moved."""
    seconds: float = 0.0
    """How long the step has taken until now."""
    progress: bool = False
    """Whether this tells only how far a step has come."""

    @property
    def rate(self) -> float | None:
        """Messages a second."""
        return self.moved / self.seconds if self.moved and self.seconds else None

    def as_dict(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value is not None}


Tell: TypeAlias = Callable[[Event], None]


class Halted(Exception):
    """The migration cannot go on now. Nothing is lost; the message says what to do."""


PREFIX: Final = "migrate."
"""In front, so that policies whose patterns are anchored at a queue's name do not match."""

_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class Names:
    """Names of one migration, in the vhost of the queue that it ends in."""

    parking: str
    """Queue that holds the messages while the old queue goes and the new one comes; also the
    policy that keeps every other policy off it."""
    out: str
    """Fanout exchange, and the shovel from the old queue into it."""
    back: str
    """Fanout exchange, and the shovel from the parking queue into it."""
    settings: str
    """Policy that holds the limits off the new queue until nothing would be dropped by them."""
    lock: str
    """Exclusive queue: whoever has it migrates, and nobody else."""

    queue: str
    """The queue itself."""

    def reader(self, vhost: str) -> str:
        """User of another broker. Users belong to no vhost, so the name tells them apart."""
        digest = hashlib.sha256(f"{vhost}\0{self.queue}".encode()).hexdigest()[:_DIGITS]
        return _fitting(f"{PREFIX}shovel.", f"{self.queue}.{digest}")

    @classmethod
    def of(cls, queue: str) -> Self:
        kinds = ("parking", "out", "back", "settings", "lock")
        made = {kind: _fitting(f"{PREFIX}{kind}.", queue) for kind in kinds}
        return cls(**made, queue=queue)


def _fitting(prefix: str, queue: str) -> str:
    name = prefix + queue
    if len(name.encode()) <= MAX_NAME_BYTES:
        return name
    return prefix + hashlib.sha256(queue.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Route:
    """Where the messages of a queue come from. Equal where RabbitMQ would see one binding."""

    source: str
    routing_key: str
    canonical: str = "{}"
    """The arguments as JSON."""
    properties_key: str = field(default="", compare=False)
    """By which the management API deletes it."""

    @classmethod
    def on_broker(cls, found: LiveBinding) -> Self:
        canonical = _canonical(found.arguments)
        return cls(found.source, found.routing_key, canonical, found.properties_key)

    @classmethod
    def declared(cls, binding: Binding) -> Self:
        return cls(binding.source, binding.routing_key, _canonical(binding.arguments))

    @property
    def arguments(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.canonical)
        return found

    def label(self, queue: str) -> str:
        canonical = "" if self.canonical == "{}" else self.canonical
        return binding_label(self.source, "queue", queue, self.routing_key, canonical)


def _canonical(arguments: Mapping[str, Any]) -> str:
    return json.dumps(arguments, sort_keys=True)
