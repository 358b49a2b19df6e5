"""What guards have to say about many deletions, before any of them.

Nothing is waited for: the guards ask again, and wait where they must, right before each deletion.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final, TypeAlias

from ..broker.error import BrokerError
from ..broker.state import LiveBinding
from ..kind import Kind
from ..ownership.contents import Object
from .context import Guarding
from .exchange import SIDES, refuse_bound
from .leaving import Leaving
from .links import made_by_link
from .refusal import Refusal, unasked
from .veto import veto

_AT_A_TIME: Final = 8
"""Guards wait for the broker most of the time."""
JUDGED: Final = frozenset({Kind.QUEUE, Kind.EXCHANGE, Kind.POLICY, Kind.VHOST})
"""A binding is refused for the sake of its ends."""
_WITHOUT_A_PLACE: Final = frozenset({Kind.BINDING, Kind.USER})
"""A binding has no name, and goes with its ends; a user is in no vhost."""

_Route: TypeAlias = tuple[str, ...]
"""Vhost, source, kind and name of the destination, routing key."""


def refusals(
    guarding: Guarding, leaving: Sequence[Leaving], judged_kinds: Collection[Kind] = JUDGED
) -> list[tuple[Leaving, Refusal]]:
    """Why some of what leaves must not. `leaving` is all that would be deleted."""
    routes = {_planned_route(one) for one in leaving if one.kind is Kind.BINDING}
    judged = [one for one in leaving if one.kind in judged_kinds]
    placed = (one for one in leaving if one.kind not in _WITHOUT_A_PLACE)
    objects = {(one.vhost, (one.kind, one.name)) for one in placed}

    def judge(one: Leaving) -> Refusal | None:
        def goes(found: Object) -> bool:
            return (one.vhost, found) in objects

        before = replace(guarding.of(one), preview=True, goes=goes)
        try:
            veto(before, one)
            if one.kind is Kind.EXCHANGE:
                _refuse_if_others_bound(before, one, routes)
        except Refusal as refusal:
            return refusal
        return None

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        found = zip(judged, pool.map(judge, judged), strict=True)
        return [(one, refusal) for one, refusal in found if refusal is not None]


def _refuse_if_others_bound(
    guarding: Guarding, leaving: Leaving, routes: Collection[_Route]
) -> None:
    """As the guard does right before the deletion: now, the stack's own are still there."""
    name, vhost = leaving.name, leaving.vhost
    if name in guarding.topology.allow_deletion.exchanges:
        return
    try:
        for side in SIDES:
            found = guarding.broker.reader.bindings_at(vhost, name, side)
            others = [
                one
                for one in found
                if _live_route(vhost, one) not in routes
                and not made_by_link(guarding, vhost, one.destination)
                and not made_by_link(guarding, vhost, one.source)
            ]
            refuse_bound(guarding, vhost, name, side, others)
    except BrokerError as error:
        raise unasked("exchange", name, error) from None


def _planned_route(leaving: Leaving) -> _Route:
    keys = ("source", "destinationType", "destination", "routingKey")
    return (leaving.vhost, *(str(leaving.properties.get(key) or "") for key in keys))


def _live_route(vhost: str, binding: LiveBinding) -> _Route:
    return (
        vhost,
        binding.source,
        binding.destination_type,
        binding.destination,
        binding.routing_key,
    )
