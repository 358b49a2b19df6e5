"""Which messages that are in a queue now a change of its settings drops, or leaves without a dead
letter exchange.

A policy takes effect at once: a shorter TTL expires what is older, a shorter queue drops its oldest
messages, and the queue itself stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..model.queue import dropping
from ..model.queue_argument import Drop
from ..version import Version
from .live_object import LiveObject, Settings, size

_DROPS: Final = "drop-head"
_AT_LEAST_ONCE: Final = "at-least-once"
_STRATEGY: Final = "dead-letter-strategy"
_EXCHANGE: Final = "dead-letter-exchange"

_LIMITED_SINCE: Final = Version(4, 0)
_DELIVERIES: Final = 20
"""The delivery limit of quorum queues that have none of their own, from RabbitMQ 4.0 on."""


def keys(*ways: Drop) -> list[str]:
    """Policy keys by which messages can be dropped in these ways."""
    return [setting.policy.name for setting in dropping(*ways).values() if setting.policy]


def dropped(
    queue: LiveObject, before: Settings, after: Settings, version: Version
) -> Iterator[str]:
    """One line for each effect. They name no queue."""
    if queue.kind == "exchange" or queue.counts.empty:
        return
    fate = "are dead-lettered" if _EXCHANGE in after else "are dropped"
    for key in keys(Drop.AGE):
        if text := _tightened(key, before, after):
            if queue.kind == "stream":
                yield f"{text}: segments that are older are dropped"
            else:
                yield f"{text}: messages that are older {fate} at once"
    yield from _lengths(queue, before, after, fate)
    for key in keys(Drop.DISUSE):
        if text := _tightened(key, before, after):
            yield f"{text}: RabbitMQ deletes the queue with its messages after so many ms unused"
    if queue.kind == "quorum":
        old, new = _deliveries(before, version), _deliveries(after, version)
        for key in keys(Drop.RETURNS):
            if text := _tightened(key, old, new):
                yield f"{text}: messages that were returned more often {fate}"
    yield from _dead_letters(queue, before, after)


def _lengths(queue: LiveObject, before: Settings, after: Settings, fate: str) -> Iterator[str]:
    stream = queue.kind == "stream"
    if not stream and after.get("overflow", _DROPS) != _DROPS:
        return  # What is in the queue stays; new messages are refused.
    refused = not stream and before.get("overflow", _DROPS) != _DROPS
    limited = [key for key in keys(Drop.LENGTH) if key in after]
    for key in limited:
        excess = _excess(queue, key, after[key])
        if (text := _tightened(key, before, after)) and excess != 0:
            which = f"{excess} of its messages {fate}" if excess else f"the oldest beyond it {fate}"
            yield f"{text}: {'old segments are dropped' if stream else which}"
    if refused and limited:
        yield f"overflow becomes {_DROPS}: a full queue no longer refuses, its oldest {fate}"


def _excess(queue: LiveObject, key: str, limit: int) -> int | None:
    """How much is beyond a limit; None where that is unknown. What is unacknowledged counts: it
    comes back when its consumer goes."""
    if queue.kind == "stream":
        return None
    held = queue.counts.bytes if key.endswith("bytes") else queue.counts.messages
    if held is None:
        return None
    excess = max(0, held - limit)
    # How many messages these bytes are is not known.
    return None if excess and key.endswith("bytes") else excess


def _dead_letters(queue: LiveObject, before: Settings, after: Settings) -> Iterator[str]:
    if _EXCHANGE in before and _EXCHANGE not in after:
        yield "dead-lettering ends: messages that are rejected or expire are dropped"
    elif _loses_nothing(queue, before) and not _loses_nothing(queue, after):
        yield f"dead letters are no longer kept until they are routed ({_AT_LEAST_ONCE})"


def _loses_nothing(queue: LiveObject, settings: Settings) -> bool:
    """RabbitMQ falls back to at-most-once where the queue does not refuse what is too much."""
    refuses = settings.get("overflow") == "reject-publish"
    wanted = settings.get(_STRATEGY) == _AT_LEAST_ONCE
    return queue.kind == "quorum" and wanted and refuses and _EXCHANGE in settings


def _deliveries(settings: Settings, version: Version) -> Settings:
    if version < _LIMITED_SINCE or "delivery-limit" in settings:
        return settings
    return {**settings, "delivery-limit": _DELIVERIES}


def _tightened(key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    old, new = before.get(key), after.get(key)
    if new is None or (old is not None and size(old) <= size(new)):
        return ""
    return f"{key} is set to {new}" if old is None else f"{key} goes from {old} to {new}"
