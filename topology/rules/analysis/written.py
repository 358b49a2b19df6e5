"""Where what an object has was written: on itself, in its profile, or in the defaults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...model import Exchange, Queue, Topology
from ...problems import Path, render_path

_PATTERNS = ("retry", "dead_letter")


@dataclass(frozen=True, slots=True)
class Written:
    """Finds the place in the config that a finding is about."""

    topology: Topology

    def queue_layers(self, name: str) -> Iterator[tuple[Path, Queue]]:
        """What a queue is made of, the strongest first."""
        own = self.topology.queues[name]
        yield ("queues", name), own
        if own.profile is not None and own.profile in self.topology.profiles:
            yield ("profiles", own.profile), self.topology.profiles[own.profile]
        yield ("defaults", "queue"), self.topology.defaults.queue

    def queues(self) -> Iterator[tuple[Path, Queue]]:
        """Every place that holds settings of queues, as it was written."""
        yield ("defaults", "queue"), self.topology.defaults.queue
        for name, profile in self.topology.profiles.items():
            yield ("profiles", name), profile
        for name, queue in self.topology.queues.items():
            yield ("queues", name), queue

    def exchanges(self) -> Iterator[tuple[Path, Exchange]]:
        """Every place that holds settings of exchanges, as it was written."""
        yield ("defaults", "exchange"), self.topology.defaults.exchange
        for name, exchange in self.topology.exchanges.items():
            yield ("exchanges", name), exchange

    def queue_setting(self, name: str, field: str) -> Path:
        """The place of a queue's setting; that of the pattern which sets it, if one does."""
        for wanted in (field, *_PATTERNS):
            for path, layer in self.queue_layers(name):
                if wanted in layer.model_fields_set and getattr(layer, wanted) is not None:
                    return (*path, wanted)
        return ("queues", name)

    def pattern(self, name: str) -> str | None:
        """The pattern that stands on a queue, or that it inherits."""
        for pattern in _PATTERNS:
            layers = (layer for _, layer in self.queue_layers(name))
            nearest = next((layer for layer in layers if pattern in layer.model_fields_set), None)
            if nearest is not None and getattr(nearest, pattern) is not None:
                return pattern
        return None

    def queue_argument(self, name: str, argument: str) -> Path:
        for path, layer in self.queue_layers(name):
            if argument in layer.arguments:
                return (*path, "arguments", argument)
        return ("queues", name, "arguments", argument)

    def exchange_setting(self, name: str, field: str) -> Path:
        if field in self.topology.exchanges[name].model_fields_set:
            return ("exchanges", name, field)
        return ("defaults", "exchange", field)

    def exchange_argument(self, name: str, argument: str) -> Path:
        own = argument in self.topology.exchanges[name].arguments
        place: Path = ("exchanges", name) if own else ("defaults", "exchange")
        return (*place, "arguments", argument)


def inherited(path: Path, owner: Path) -> tuple[Path, str]:
    """Where to report what is wrong with just this owner: the setting's own place, or the owner and
    ` (from defaults.queue.max_age)` where the setting was written elsewhere."""
    if path[: len(owner)] == owner:
        return path, ""
    return owner, f" (from {render_path(path)})"
