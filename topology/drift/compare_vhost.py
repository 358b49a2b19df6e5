"""The vhost itself: what Pulumi's refresh sees least of."""

from __future__ import annotations

from collections.abc import Iterator

from ..broker.state import LiveVhost, VhostState
from ..kind import Kind
from ..model import VHost
from .finding import Finding, State
from .ignore import Ignore

_NO_LIMIT = -1


def vhost_finding(
    declared: VHost, vhost: LiveVhost, broker: VhostState, ignore: Ignore
) -> Finding | None:
    """A vhost's tags cannot be declared, so `ignore` can name the vhost for their sake."""
    differences = tuple(_differences(declared, vhost, broker))
    if vhost.tags and not ignore.covers(Kind.VHOST, declared.name):
        differences = (f"tags are {', '.join(vhost.tags)}, declared are none", *differences)
    return Finding(Kind.VHOST, declared.name, State.CHANGED, differences) if differences else None


def _differences(declared: VHost, vhost: LiveVhost, broker: VhostState) -> Iterator[str]:
    yield from _text("description", vhost.description, declared.description)
    default = vhost.default_queue_type or broker.default_queue_type
    expected = declared.default_queue_type or broker.default_queue_type
    yield from _text("default_queue_type", default, expected)
    if vhost.tracing != declared.tracing:
        yield f"tracing is {_switch(vhost.tracing)}, declared is {_switch(declared.tracing)}"
    yield from _limit("max_connections", broker, declared.max_connections)
    yield from _limit("max_queues", broker, declared.max_queues)


def _text(name: str, broker: str | None, declared: str | None) -> Iterator[str]:
    if (broker or None) != (declared or None):
        yield f"{name} is {broker or 'none'}, declared is {declared or 'none'}"


def _limit(name: str, broker: VhostState, declared: int | None) -> Iterator[str]:
    limit = broker.limits.get(name.replace("_", "-"), _NO_LIMIT)
    expected = _NO_LIMIT if declared is None else declared
    if max(limit, _NO_LIMIT) != expected:
        yield f"{name} is {_number(limit)}, declared is {_number(expected)}"


def _number(limit: int) -> str:
    return "no limit" if limit <= _NO_LIMIT else str(limit)


def _switch(value: bool) -> str:  # noqa: FBT001 - a value to be shown
    return "on" if value else "off"
