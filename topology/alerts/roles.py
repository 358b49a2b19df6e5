"""What queues are for: whose work they hold, and which only keep what went wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ..expand import Expanded
from ..expand.naming import dead_letter_name
from ..rules.analysis.dead_letter_path import DeadLetterPaths
from ..rules.analysis.routing import At, Routing
from ..rules.analysis.view import BUILT_IN_EXCHANGES
from ..version import Version
from .limits import effective


@dataclass(frozen=True, slots=True)
class Roles:
    """Names of queues and exchanges, with the services that they concern."""

    consumed: Mapping[str, tuple[str, ...]]
    """Queue → services that consume from it."""
    published: Mapping[str, tuple[str, ...]]
    """Exchange → services that publish to it."""
    dead_letters: Mapping[str, tuple[str, ...]]
    """Queue where dead letters end → queues that they come from."""
    unrouted: Mapping[str, tuple[str, ...]]
    """Queue where messages end that an exchange could not route → these exchanges."""


def roles(expanded: Expanded, version: Version) -> Roles:
    """A queue keeps dead letters or unrouted messages if they come there, no service consumes from
    it, and it does not send them on itself, as the delay queues of a retry do."""
    consumed: dict[str, list[str]] = defaultdict(list)
    published: dict[str, list[str]] = defaultdict(list)
    for name, service in expanded.inherited.services.items():
        for queue in service.consumes:
            consumed[queue].append(name)
        for exchange in service.publishes:
            published[exchange].append(name)
    ways = _ways(expanded, version)
    return Roles(
        consumed=_settled(consumed),
        published=_settled(published),
        dead_letters=_settled(_dead_letters(ways, expanded, consumed)),
        unrouted=_settled(_unrouted(ways, expanded, consumed)),
    )


def _ways(expanded: Expanded, version: Version) -> DeadLetterPaths:
    declared = {name: one.type for name, one in expanded.complete.exchanges.items()}
    routing = Routing(expanded.settled, {**BUILT_IN_EXCHANGES, **declared}, version)
    return DeadLetterPaths(effective(expanded, version), routing)


def _dead_letters(
    ways: DeadLetterPaths, expanded: Expanded, consumed: Collection[str]
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, queue in expanded.inherited.queues.items():
        if queue.dead_letter or queue.retry:
            named = queue.dead_letter.queue if queue.dead_letter else None
            found[named or dead_letter_name(name)].append(name)
            continue
        delays = ways.queues[name].number("message_ttl") is not None and name not in consumed
        if delays and consumed:
            continue  # what waits here comes back to those who work on it
        for at in ways.dead_letters(At(queue=True, name=name, key=None)):
            for target in _ends(ways, at):
                if target != name and name not in found[target]:
                    found[target].append(name)
    return {name: sources for name, sources in found.items() if sources and name not in consumed}


def _unrouted(
    ways: DeadLetterPaths, expanded: Expanded, consumed: Collection[str]
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, exchange in expanded.inherited.exchanges.items():
        if exchange.alternate_exchange is None:
            continue
        start = At(queue=False, name=exchange.alternate_exchange, key=None)
        for target in _ends(ways, start):
            if target not in consumed:
                found[target].append(name)
    return found


def _ends(ways: DeadLetterPaths, start: At) -> list[str]:
    """Queues that a message comes to from an exchange, as far as they keep it."""
    ends: dict[str, None] = {}
    seen: set[At] = set()
    waiting = [start]
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        if not at.queue:
            waiting.extend(ways.routing.from_exchange(at))
        elif at.name in ways.queues and ways.queues[at.name].get("dead_letter_exchange") is None:
            ends[at.name] = None
    return list(ends)


def _settled(found: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(sorted(set(names))) for name, names in found.items()}
