"""The guard of exchanges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..broker.error import BrokerError
from ..broker.state import LiveBinding
from ..broker.statistics import SAMPLE_SECONDS
from .context import Guarding
from .occupancy import counted
from .queue import refuse_if_occupied
from .refusal import Refusal, not_yet_retained, refused, unasked

_STOP = "stop what publishes to it, and remove the bindings that others made"
_SHOWN = 5
SIDES = ("source", "destination")
_AGAIN = (0.0, 0.2, 0.5, 1.0, 2.0)
"""Seconds to wait before each look at what might be gone already."""


def guard_exchange(guarding: Guarding, vhost: str, name: str) -> None:
    """Raises `Refusal` if a client publishes to an exchange, or bindings but ours use it.

    Our own bindings are gone by the time an exchange is deleted.
    """
    try:
        if guarding.retention.exchange(name):
            going = guarding.going("exchange", vhost, name)
            raise not_yet_retained("exchange", name, going, vhost)
        if guarding.broker.exchange(vhost, name) is None:
            return
        refuse_if_needed(guarding, vhost, name)
        if not guarding.preview and name not in guarding.topology.allow_deletion.exchanges:
            _refuse_if_others_bound(guarding, vhost, name)
    except BrokerError as error:
        raise unasked("exchange", name, error) from None


def delete_if_unbound(guarding: Guarding, vhost: str, name: str) -> None:
    """Deletes an exchange on RabbitMQ's own condition, which looks for bindings that lead on from
    it and deletes in one step; the provider then finds it gone.

    Raises `Refusal` if it was bound since the guard looked at it.
    """
    if name in guarding.topology.allow_deletion.exchanges:
        return
    try:
        reason = guarding.broker.management.delete(
            "exchanges", vhost, name, **{"if-unused": "true"}
        )
        if reason is None:
            return
        going = guarding.going("exchange", vhost, name)
    except BrokerError as error:
        raise unasked("exchange", name, error) from None
    raise refused(
        "exchange", name, "was bound to something just now", _STOP, going=going, vhost=vhost
    )


def refuse_if_needed(guarding: Guarding, vhost: str, name: str) -> None:
    """Raises `Refusal` if messages come to an exchange that is about to go.

    They come from publishers, or as dead letters of a queue that stays or that holds messages:
    without the exchange, or its routes, RabbitMQ drops them. Publishers are known from statistics:
    before anything is deleted, these must be newer than the run.
    """
    if name in guarding.topology.allow_deletion.exchanges:
        return
    traffic = guarding.broker.traffic(vhost, name, wait=not guarding.preview)
    if traffic.rate:
        reason = f"is being published to ({traffic.rate:g} messages a second)"
        raise _refused(guarding, vhost, name, reason, _STOP)
    if traffic:
        before = f"in the {SAMPLE_SECONDS:g} seconds before it"
        reason = f"got {counted(traffic.count, 'message')} during this run, or {before}"
        raise _refused(guarding, vhost, name, reason, f"{_STOP}; if nothing does, run this again")
    for queue in guarding.feeders(vhost, name):
        try:
            _refuse_if_feeding(guarding, vhost, name, queue)
        except Refusal:
            # The run itself may have changed the queue's policy right before.
            if queue in guarding.feeders(vhost, name, fresh=True):
                raise


def _refuse_if_feeding(guarding: Guarding, vhost: str, name: str, queue: str) -> None:
    if guarding.retention.queue(queue):
        reason = f"receives the dead letters of queue {queue}, which is retained"
        raise _refused(guarding, vhost, name, reason)
    refuse_if_occupied(guarding, vhost, queue)


def _refused(guarding: Guarding, vhost: str, name: str, reason: str, *ways: str) -> Refusal:
    going = guarding.going("exchange", vhost, name)
    return refused("exchange", name, reason, *ways, going=going, vhost=vhost)


def _refuse_if_others_bound(guarding: Guarding, vhost: str, name: str) -> None:
    for side in SIDES:
        refuse_bound(guarding, vhost, name, side, _bindings(guarding, vhost, name, side))


def refuse_bound(
    guarding: Guarding, vhost: str, name: str, side: str, others: Sequence[LiveBinding]
) -> None:
    """Raises `Refusal` if there are bindings that others made; `side` is which end of them the
    exchange is."""
    if not others:
        return
    does = "routes to" if side == "source" else "gets messages from"
    ends = (one.destination if side == "source" else one.source for one in others)
    reason = f"still {does} what others bound: {_listed(ends)}"
    raise _refused(guarding, vhost, name, reason, _STOP)


def _bindings(guarding: Guarding, vhost: str, name: str, end: str) -> Sequence[LiveBinding]:
    """The bindings that stay: for a moment, RabbitMQ still tells of those just deleted."""
    found: Sequence[LiveBinding] = ()
    for wait in _AGAIN:
        guarding.broker.sleep(wait)
        found = guarding.broker.reader.bindings_at(vhost, name, end)
        if not found:
            break
    return found


def _listed(names: Iterable[str]) -> str:
    different = sorted(set(names))
    more = len(different) - _SHOWN
    return ", ".join(different[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
