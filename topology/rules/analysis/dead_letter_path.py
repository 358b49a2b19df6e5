"""The ways of dead letters through queues and exchanges."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

from .cycles import cycles
from .effective_queue import EffectiveQueue
from .routing import At, Routing

Reasons: TypeAlias = Collection[str]
"""Why messages die."""

_REJECTED: Final = "rejected"
_LIMIT: Final = "delivery_limit"
_DROPPING: Final = (None, "drop-head", "reject-publish-dlx")


@dataclass(frozen=True)
class DeadLetterPaths:
    """Every place that dead letters may come to, and how."""

    queues: dict[str, EffectiveQueue]
    routing: Routing

    def dead_letters(self, at: At) -> tuple[At, ...]:
        """Where a message that dies in a queue goes first, for every reason it can die for."""
        queue = self.queues.get(at.name)
        if queue is None or queue.type == "stream":
            return ()
        exchange = queue.text("dead_letter_exchange")
        if exchange is None:
            return ()
        own = queue.text("dead_letter_routing_key")
        key = at.key if own is None else own
        reasons = [_REJECTED, *own_reasons(queue)]
        if has_delivery_limit(queue):
            reasons.append(_LIMIT)
        return tuple(At(queue=False, name=exchange, key=key, reason=reason) for reason in reasons)

    @cached_property
    def edges(self) -> dict[At, tuple[At, ...]]:
        """From each place, where a message may go next by dying or by being routed."""
        waiting = [
            At(queue=True, name=name, key=key)
            for name, keys in self.routing.arriving_keys.items()
            if self.queues[name].get("dead_letter_exchange") is not None
            for key in keys
        ]
        found: dict[At, tuple[At, ...]] = {}
        while waiting:
            at = waiting.pop()
            if at in found:
                continue
            following = self.dead_letters(at) if at.queue else self.routing.from_exchange(at)
            found[at] = tuple(dict.fromkeys(map(self.routing.merged, following)))
            waiting.extend(found[at])
        return found

    def endless(self) -> Iterator[frozenset[str]]:
        """Queues that a message goes round in if only it is rejected again and again."""
        for group in cycles(self.edges):
            yield frozenset(at.name for at in group if at.queue)

    @cached_property
    def returning_by_themselves(self) -> tuple[list[str], ...]:
        """Ways from a queue back to itself that a message takes without being rejected."""
        return tuple(self._returning(dies_by_itself, own_reasons))

    @cached_property
    def returning_at_the_limit(self) -> tuple[list[str], ...]:
        """Those of them that begin with reaching the delivery limit."""
        return tuple(self._returning(has_delivery_limit, lambda _: (_LIMIT,)))

    def _returning(
        self, begins: Callable[[EffectiveQueue], bool], first: Callable[[EffectiveQueue], Reasons]
    ) -> Iterator[list[str]]:
        for group in self._rounds:
            for name in sorted(filter(lambda name: begins(self.queues[name]), group)):
                way = self._way_back(name, group, first(self.queues[name]))
                if way is not None:
                    yield way
                    break

    @cached_property
    def _rounds(self) -> tuple[frozenset[str], ...]:
        """Queues among which messages can go round, whatever the key: there is no way back
        elsewhere."""
        steps: dict[str | At, dict[str | At, None]] = {}
        for at, following in self.edges.items():
            reached = steps.setdefault(at.name if at.queue else at, {})
            reached.update(dict.fromkeys(to.name if to.queue else to for to in following))
        groups = (frozenset(n for n in group if isinstance(n, str)) for group in cycles(steps))
        return tuple(filter(None, groups))

    @cached_property
    def _places(self) -> dict[str, list[At]]:
        """Of each queue, how messages may arrive at it."""
        found: dict[str, list[At]] = {}
        for at in self.edges:
            if at.queue:
                found.setdefault(at.name, []).append(at)
        return found

    def _way_back(self, name: str, group: frozenset[str], first: Reasons) -> list[str] | None:
        """Names of the queues on the way, from this one to itself, if a message dies in it for one
        of these reasons."""
        starts = self._places[name]
        before: dict[At, At | None] = dict.fromkeys(starts)
        waiting = deque(starts)
        while waiting:
            at = waiting.popleft()
            following = self.edges[at]
            if at.queue:
                reasons = first if before[at] is None else own_reasons(self.queues[at.name])
                following = tuple(to for to in following if to.reason in reasons)
            for to in following:
                if to.queue and to.name == name:
                    return [*_queue_names(at, before), name]
                if to in before:
                    continue
                before[to] = at
                if not to.queue or (to.name in group and dies_by_itself(self.queues[to.name])):
                    waiting.append(to)
        return None


def own_reasons(queue: EffectiveQueue) -> tuple[str, ...]:
    """Why messages leave a queue for its dead-letter exchange without a consumer."""
    full = queue.number("max_length") is not None or queue.number("max_length_bytes") is not None
    expiring = () if queue.number("message_ttl") is None else ("expired",)
    return (*expiring, "maxlen") if full and queue.get("overflow") in _DROPPING else expiring


def dies_by_itself(queue: EffectiveQueue) -> bool:
    """Whether there is such a reason."""
    return bool(own_reasons(queue))


def has_delivery_limit(queue: EffectiveQueue) -> bool:
    """Whether a limit is set; without one, RabbitMQ 4 has one of its own."""
    limit = queue.number("delivery_limit")
    return queue.type == "quorum" and limit is not None and limit >= 0


def _queue_names(at: At, before: dict[At, At | None]) -> list[str]:
    names = []
    place: At | None = at
    while place is not None:
        if place.queue:
            names.append(place.name)
        place = before[place]
    return names[::-1]
