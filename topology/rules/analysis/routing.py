"""Where exchanges send messages, as far as a declaration can tell.

A message's routing key is known where a queue sets it, or where a direct exchange has compared it;
elsewhere it is None: any key. What may happen counts, so the answer can hold too much and never too
little.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import Final, NamedTuple

from ...expand.retry import LAST_REASON_SINCE
from ...expand.settings import Settled
from ...model import Binding, Topology
from ...version import Version
from .exchange_kinds import underlying
from .topic_match import is_literal, topic_matches

_LAST_REASON: Final = "x-last-death-reason"
_FIRST_REASON: Final = "x-first-death-reason"
"""Before there is a header for the last: RabbitMQ then delivers again what was rejected at first,
whatever it dies of later."""

_MOST_COMPARED: Final = 5_000
"""So many comparisons of different keys with bindings are made at one exchange; from then on, a new
key counts as any key there, to keep the work small."""


class At(NamedTuple):
    """A message at a queue or an exchange, with its routing key."""

    queue: bool
    name: str
    key: str | None
    reason: str | None = None
    """At an exchange, why the message died in the queue before; None where it did not."""


class Routing:
    """Bindings and alternate exchanges of a settled topology, ready to be asked."""

    def __init__(self, settled: Settled, types: dict[str, str], version: Version) -> None:
        self._tells_last_reason = version >= LAST_REASON_SINCE
        self._settled = settled
        self._types = types
        self._topology: Topology = settled.topology
        self._keys: dict[str, set[str]] = defaultdict(set)
        self._reaching: dict[tuple[str, str | None], bool] = {}

    def from_exchange(self, at: At) -> Iterator[At]:
        """The queues and exchanges that a message may go to next."""
        if at.name == "":
            if at.key is not None and at.key in self._topology.queues:
                yield At(queue=True, name=at.key, key=at.key)
            return
        kind, key = self._kind(at.name), at.key
        found, certain = False, False
        for binding in self._matching(at.name, kind, key):
            by_reason = self._matches_reason(kind, binding, at.reason)
            if by_reason is False:
                continue
            found = True
            certain = certain or by_reason is True or _takes_all(kind, binding)
            reached = binding.routing_key if _names_key(kind, binding) else key
            to_queue = binding.destination_type == "queue"
            reason = None if to_queue else at.reason
            yield At(to_queue, binding.destination, reached, reason)
        alternate = self._alternates.get(at.name)
        unsure = kind == "headers" or (key is None and kind in ("direct", "topic"))
        if alternate is not None and (not found or (unsure and not certain)):
            yield At(queue=False, name=alternate, key=key, reason=at.reason)

    def reaches_queue(self, exchange: str, key: str | None) -> bool:
        """Whether anything may come to a queue."""
        start = self.merged(At(queue=False, name=exchange, key=key))
        known = self._reaching.get((exchange, start.key))
        if known is None:
            known = self._reaching[exchange, start.key] = self._finds_queue(start)
        return known

    def _finds_queue(self, start: At) -> bool:
        seen = {start}
        waiting = [start]
        while waiting:
            for at in map(self.merged, self.from_exchange(waiting.pop())):
                if at.queue:
                    return True
                if at not in seen:
                    seen.add(at)
                    waiting.append(at)
        return False

    def merged(self, at: At) -> At:
        """The same place, with any key where an exchange has seen too many different ones."""
        if at.queue or at.key is None:
            return at
        kind, keys = self._kind(at.name), self._keys[at.name]
        if at.key in keys or kind == "direct" or not at.name:
            return at
        if self._compared(at.name, kind) * len(keys) >= _MOST_COMPARED:
            return at._replace(key=None)
        keys.add(at.key)
        return at

    def _compared(self, exchange: str, kind: str | None) -> int:
        """With how many bindings each key is compared, those aside that are found by it."""
        if kind == "topic":
            return len(self._patterns[exchange])
        return sum(map(len, self._bindings[exchange].values()))

    @cached_property
    def arriving_keys(self) -> dict[str, set[str | None]]:
        """The keys that messages may have at each queue: its own name, by which the default
        exchange reaches it, and what its bindings let through."""
        keys: dict[str, set[str | None]] = {name: {name} for name in self._topology.queues}
        for binding in self._topology.bindings:
            if binding.destination_type == "queue" and binding.destination in keys:
                named = _names_key(self._kind(binding.source), binding)
                keys[binding.destination].add(binding.routing_key if named else None)
        return keys

    def bound(self, exchange: str) -> bool:
        """Whether a message can leave the exchange at all."""
        return bool(self._bindings[exchange]) or exchange in self._alternates

    def _matching(self, exchange: str, kind: str | None, key: str | None) -> Iterator[Binding]:
        bindings = self._bindings[exchange]
        if key is None or kind not in ("direct", "topic"):
            for group in bindings.values():
                yield from group
            return
        yield from bindings.get(key, ())
        if kind == "topic":
            for pattern in self._patterns[exchange]:
                if pattern != key and topic_matches(pattern, key):
                    yield from bindings[pattern]

    def _matches_reason(
        self, kind: str | None, binding: Binding, reason: str | None
    ) -> bool | None:
        """Whether a headers binding for a reason of death takes the message; None where that does
        not decide it."""
        headers = {k: v for k, v in binding.arguments.items() if k != "x-match"}
        with_x = str(binding.arguments.get("x-match", "")).endswith("-with-x")
        if kind != "headers" or reason is None or not with_x or len(headers) != 1:
            return None
        ((header, value),) = headers.items()
        if header == _LAST_REASON:
            return self._tells_last_reason and value == reason
        if header == _FIRST_REASON and not self._tells_last_reason:
            return bool(value == reason)
        return None

    def _kind(self, exchange: str) -> str | None:
        kind = self._types.get(exchange)
        if kind is not None and exchange in self._topology.exchanges:
            return underlying(kind, self._topology.exchanges[exchange].arguments)
        return kind

    @cached_property
    def _bindings(self) -> dict[str, dict[str, list[Binding]]]:
        found: dict[str, dict[str, list[Binding]]] = defaultdict(lambda: defaultdict(list))
        for binding in self._topology.bindings:
            found[binding.source][binding.routing_key].append(binding)
        return found

    @cached_property
    def _patterns(self) -> dict[str, list[str]]:
        """Of each exchange, the binding keys that match more than themselves on a topic one."""
        found: dict[str, list[str]] = defaultdict(list)
        for exchange, bindings in self._bindings.items():
            found[exchange] = [key for key in bindings if not is_literal(key)]
        return found

    @cached_property
    def _alternates(self) -> dict[str, str]:
        return alternate_exchanges(self._settled)


def alternate_exchanges(settled: Settled) -> dict[str, str]:
    """Of each exchange that has one, by an argument or by the policy that applies to it."""
    found: dict[str, str] = {}
    for name, exchange in settled.topology.exchanges.items():
        applied = settled.applied.get(("exchanges", name))
        policy = settled.topology.policies[applied].definition.values() if applied else {}
        wanted = exchange.arguments.get("alternate-exchange", policy.get("alternate-exchange"))
        if isinstance(wanted, str):
            found[name] = wanted
    return found


def _names_key(kind: str | None, binding: Binding) -> bool:
    """Whether what passes the binding has just the binding's key."""
    return kind == "direct" or (kind == "topic" and is_literal(binding.routing_key))


def _takes_all(kind: str | None, binding: Binding) -> bool:
    return kind == "topic" and binding.routing_key == "#"
