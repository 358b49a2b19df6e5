"""Queues as they are on a broker, and the settings that decide what becomes of their messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from topology.broker import state as broker
from topology.guard.occupancy import Occupancy
from topology.model.queue_type import QueueType

Settings = Mapping[str, Any]
"""Policy keys → what holds for one queue."""

_STRICTER: Final = ("message-ttl", "expires", "max-length", "max-length-bytes")
"""Of argument, policy and operator policy, the smallest counts."""

_ARGUMENT_WINS: Final = ("dead-letter-exchange", "dead-letter-strategy", "overflow")
_POLICY_WINS_ON_QUORUM: Final = ("dead-letter-strategy", "overflow")

_AGES: Final = {"Y": 31_536_000, "M": 2_592_000, "D": 86_400, "h": 3_600, "m": 60, "s": 1}
"""Seconds, as RabbitMQ counts them."""


@dataclass(frozen=True, slots=True)
class LiveQueue:
    """A queue with what the management API tells of it."""

    name: str
    type: QueueType
    arguments: Mapping[str, Any]
    occupancy: Occupancy

    @classmethod
    def on_broker(cls, found: broker.LiveQueue) -> LiveQueue:
        return cls(found.name, found.kind, found.arguments, Occupancy.of(found))

    def settings(self, policy: Settings, operator: Settings) -> Settings:
        """What holds, of the queue's own arguments and the policies that apply to it."""
        found: dict[str, Any] = {}
        for key in _STRICTER:
            _put(found, key, [*self._told(key), *_of(policy, key), *_of(operator, key)], min)
        for key in _ARGUMENT_WINS:
            own, applied = self._told(key), _of(policy, key)
            by_policy_first = self.type == "quorum" and key in _POLICY_WINS_ON_QUORUM
            order = [*applied, *own] if by_policy_first else [*own, *applied]
            _put(found, key, [*_of(operator, key), *order], lambda values: values[0])
        ages = [*self._told("max-age"), *_of(policy, "max-age")]
        _put(found, "max-age", ages, lambda values: min(values, key=seconds))
        return found

    def _told(self, key: str) -> list[Any]:
        return _of(self.arguments, f"x-{key}")


def _of(settings: Settings, key: str) -> list[Any]:
    return [settings[key]] if settings.get(key) is not None else []


def _put(
    found: dict[str, Any], key: str, values: list[Any], choose: Callable[[list[Any]], Any]
) -> None:
    if values:
        found[key] = choose(values)


def seconds(age: str) -> int:
    """`7D` → 604800."""
    return int(age[:-1]) * _AGES[age[-1]]
