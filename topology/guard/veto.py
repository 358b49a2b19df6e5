"""The guard of any resource: what its kind's guard has to say."""

from __future__ import annotations

from topology.guard.binding import guard_binding, guard_retained_binding
from topology.guard.context import Guarding
from topology.guard.exchange import delete_if_unbound, guard_exchange
from topology.guard.leaving import Leaving, Registered
from topology.guard.policy import guard_policy, guard_retained_policy
from topology.guard.queue import delete_if_free, guard_queue
from topology.guard.refusal import not_yet_retained
from topology.guard.vhost import guard_vhost
from topology.kind import Kind


def veto(guarding: Guarding, leaving: Leaving) -> None:
    """Raises `Refusal` if the object must not be deleted. Deletes nothing."""
    match leaving.kind:
        case Kind.QUEUE:
            guard_queue(guarding, leaving.vhost, leaving.name)
        case Kind.EXCHANGE:
            guard_exchange(guarding, leaving.vhost, leaving.name)
        case Kind.BINDING:
            guard_binding(guarding, leaving.properties, leaving.registered)
        case Kind.POLICY:
            guard_policy(guarding, leaving.vhost, leaving.name)
        case Kind.VHOST:
            guard_vhost(guarding, leaving.name)
        case _:
            pass


def veto_or_delete(guarding: Guarding, leaving: Leaving) -> None:
    """As `veto`, and its last question is a deletion on RabbitMQ's own conditions."""
    veto(guarding, leaving)
    if guarding.preview:
        return
    if leaving.kind is Kind.QUEUE:
        delete_if_free(guarding, leaving.vhost, leaving.name)
    elif leaving.kind is Kind.EXCHANGE:
        delete_if_unbound(guarding, leaving.vhost, leaving.name)


def stay(guarding: Guarding, leaving: Leaving) -> None:
    """The engine leaves the object on the broker. Raises `Refusal` if that would not do."""
    kind, registered = leaving.kind, leaving.registered
    if kind is Kind.BINDING:
        guard_retained_binding(guarding, leaving.properties, registered)
    elif kind is Kind.POLICY:
        guard_retained_policy(guarding, leaving.vhost, leaving.name)
    elif (
        kind in (Kind.QUEUE, Kind.EXCHANGE)
        and registered is Registered.PENDING
        and guarding.differs(kind, leaving.vhost, leaving.name)
    ):
        raise not_yet_retained(kind, leaving.name, "replaced")
