"""The guard of bindings.

Pulumi deletes bindings before the queues and exchanges at their ends. If such a deletion were then
refused, the queue would be there and no longer get messages. So whatever would refuse the deletion
of an end already refuses that of its bindings. What is protected stays, and its bindings with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..broker.error import BrokerError
from .context import Guarding
from .exchange import refuse_if_needed
from .leaving import Registered
from .queue import refuse_if_occupied
from .refusal import CODE, Going, Refusal, not_yet_retained, part_is_retained, unasked


class End(NamedTuple):
    """What a binding comes from or leads to."""

    kind: str
    """`queue` or `exchange`."""
    name: str


def guard_binding(guarding: Guarding, binding: Mapping[str, Any], registered: Registered) -> None:
    """Raises `Refusal` if an end of a binding is about to go and must not, or stays on the broker.

    `binding` holds Pulumi's properties of the resource, `registered` what the program has said of
    it so far.
    """
    vhost, (source, destination) = binding["vhost"], ends(binding)
    try:
        replaced = {end for end in (source, destination) if _goes(guarding, vhost, end)}
        # All is declared, and is as declared: the run destroys, or was told to replace something.
        destroyed = registered is Registered.WHOLLY or (
            registered is Registered.PENDING and not replaced
        )
        for end in (source, destination):
            if guarding.retention.end(end.kind, end.name):
                refuse_part(guarding, binding, end, registered)
                why = guarding.going(end.kind, vhost, end.name)
                raise not_yet_retained(end.kind, end.name, why, vhost)
        if destroyed and _protected(guarding, vhost, destination):
            raise _route_is_protected(source, destination)
        going = {source, destination} if destroyed else replaced
        if destination in going:
            for queue in _behind(guarding, vhost, destination, destroyed=destroyed):
                refuse_if_occupied(guarding, vhost, queue)
        for end in going:
            if end.kind == "exchange" and not _built_in(end):
                refuse_if_needed(guarding, vhost, end.name)
    except BrokerError as error:
        raise unasked(destination.kind, destination.name, error) from None


def guard_retained_binding(
    guarding: Guarding, binding: Mapping[str, Any], registered: Registered
) -> None:
    """Raises `Refusal` if a binding that stays on the broker is taken out without the end that is
    retained: it would stay in force without being declared."""
    for end in ends(binding):
        if guarding.retention.end(end.kind, end.name):
            refuse_part(guarding, binding, end, registered)
            if registered is Registered.PENDING and guarding.differs(
                end.kind, binding["vhost"], end.name
            ):
                raise not_yet_retained(end.kind, end.name, Going.REPLACED)


def refuse_part(
    guarding: Guarding, binding: Mapping[str, Any], end: End, registered: Registered
) -> None:
    if registered is Registered.NOT and guarding.declares(end.kind, binding["vhost"], end.name):
        source, destination = ends(binding)
        what = f"the binding from exchange {source.name} to {destination.kind} {destination.name}"
        raise part_is_retained(what, end.kind, end.name)


def ends(binding: Mapping[str, Any]) -> tuple[End, End]:
    """Source and destination."""
    destination = End(binding["destinationType"], binding["destination"])
    return End("exchange", binding["source"]), destination


def _route_is_protected(source: End, destination: End) -> Refusal:
    kind, name = destination
    return Refusal(
        f"{CODE} the binding from exchange {source.name} is not deleted: {kind} {name} is "
        f"protected.\n"
        f"  To let both go, declare {name} with protect: false, run pulumi up, and then this again"
    )


def _goes(guarding: Guarding, vhost: str, end: End) -> bool:
    """Whether an end is no longer declared, or is replaced since it is declared differently."""
    if _built_in(end):
        return False
    return not guarding.declares(end.kind, vhost, end.name) or guarding.differs(
        end.kind, vhost, end.name
    )


def _behind(guarding: Guarding, vhost: str, end: End, *, destroyed: bool) -> Iterator[str]:
    """The queues that go, and get messages through an end of a binding."""
    if end.kind == "queue":
        yield end.name
        return
    for name in sorted(guarding.broker.queues_behind(vhost, end.name)):
        if destroyed or _goes(guarding, vhost, End("queue", name)):
            yield name


def _protected(guarding: Guarding, vhost: str, end: End) -> bool:
    if end.kind == "queue":
        return guarding.protects(guarding.declared_queue(vhost, end.name))
    return guarding.protects(guarding.declared_exchange(vhost, end.name))


def _built_in(end: End) -> bool:
    return end.kind == "exchange" and (not end.name or end.name.startswith("amq."))
