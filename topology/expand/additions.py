"""What patterns add to a topology."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..model import Binding, Exchange, Queue
from ..problems import Path, Problem


@dataclass(slots=True)
class Additions:
    """What patterns add to a topology. A name that is taken is a problem, never shared."""

    queues: dict[str, Queue]
    exchanges: dict[str, Exchange]
    bindings: list[Binding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add_exchange(self, owner: Path, name: str, exchange: Exchange) -> None:
        if name in self.exchanges:
            self._taken(owner, "exchange", name)
        else:
            self.exchanges[name] = exchange

    def add_queue(self, owner: Path, name: str, queue: Queue) -> None:
        if name in self.queues:
            self._taken(owner, "queue", name)
        else:
            self.queues[name] = queue

    def _taken(self, owner: Path, kind: str, name: str) -> None:
        message = f"needs a new {kind} {name}, and one of this name is declared already"
        self.problems.append(Problem(owner, message, "rename the declared one"))
