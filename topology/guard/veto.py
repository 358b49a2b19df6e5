"""The guard of any resource: what its kind's guard has to say."""

from __future__ import annotations

from ..broker.error import BrokerError
from ..kind import Kind
from .binding import ends, guard_binding, guard_retained_binding
from .context import Guarding
from .exchange import delete_if_unbound, guard_exchange
from .leaving import Leaving, Registered
from .policy import guard_policy, guard_retained_policy
from .queue import delete_if_free, guard_queue
from .refusal import Going, Refusal, not_yet_retained
from .vhost import guard_vhost

_REFRESH = (
    "the broker has it as it is declared, and the state is older: add --refresh to this command"
)
_NOT_AGAIN = (
    "leave it as it is: the broker has it as it is declared, so run this command without --replace "
    "and --target-replace"
)


def veto(guarding: Guarding, leaving: Leaving) -> None:
    """Raises `Refusal` if the object must not be deleted. Deletes nothing."""
    try:
        _veto(guarding, leaving)
    except Refusal as refusal:
        if _is_as_declared(guarding, leaving):
            raise refusal.with_way(_NOT_AGAIN if guarding.command.replaces else _REFRESH) from None
        raise


def _is_as_declared(guarding: Guarding, leaving: Leaving) -> bool:
    """Whether a queue or exchange is to be replaced that the broker has as it is declared."""
    if leaving.registered is not Registered.PENDING:
        return False
    if leaving.kind is Kind.BINDING:
        replaced = [(end.kind, end.name) for end in ends(leaving.properties)]
    else:
        replaced = [(leaving.kind, leaving.name)]
    try:
        return not any(guarding.differs(kind, leaving.vhost, name) for kind, name in replaced)
    except BrokerError:
        return False


def _veto(guarding: Guarding, leaving: Leaving) -> None:
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
    """The engine leaves the object on the broker. Raises `Refusal` if that would not do.

    Where `retain` no longer names it, it is judged as one that is deleted: at the start of an
    update, the program cannot read from the state that the engine would leave it.
    """
    kind, registered = leaving.kind, leaving.registered
    if not _retained(guarding, leaving):
        veto(guarding, leaving)
    elif kind is Kind.BINDING:
        guard_retained_binding(guarding, leaving.properties, registered)
    elif kind is Kind.POLICY:
        guard_retained_policy(guarding, leaving.vhost, leaving.name)
    elif (
        kind in (Kind.QUEUE, Kind.EXCHANGE)
        and registered is Registered.PENDING
        and guarding.differs(kind, leaving.vhost, leaving.name)
    ):
        raise not_yet_retained(kind, leaving.name, Going.REPLACED)


def _retained(guarding: Guarding, leaving: Leaving) -> bool:
    """Whether the config retains it in this run, too."""
    retention = guarding.retention
    match leaving.kind:
        case Kind.QUEUE | Kind.EXCHANGE:
            return retention.object(leaving.kind, leaving.name)
        case Kind.BINDING:
            return any(retention.end(*end) for end in ends(leaving.properties))
        case Kind.VHOST:
            return retention.vhost(leaving.name) or guarding.topology.vhost.existing
        case _:
            return True
