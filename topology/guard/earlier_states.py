"""The hooks of states that an earlier version of this program wrote.

It registered everything with `retain_on_delete`, and its guards deleted by themselves. Until the
next `up` has written a resource's state anew, the engine deletes nothing of it, so its guard does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ..broker.error import BrokerError
from ..kind import Kind
from .context import Guarding
from .leaving import Leaving
from .policy import retained_with
from .refusal import CODE, Refusal, unasked
from .veto import veto_or_delete


def _delete(guarding: Guarding, leaving: Leaving) -> None:
    """As `veto_or_delete`, and deletes what that leaves to the provider."""
    if _stays(guarding, leaving):
        return
    veto_or_delete(guarding, leaving)
    if guarding.preview:
        return
    try:
        guarding.broker.management.delete(*_path(leaving))
    except BrokerError as error:
        raise unasked(leaving.kind, str(leaving.properties.get("name")), error) from None


def _stays(guarding: Guarding, leaving: Leaving) -> bool:
    retention, properties = guarding.retention, leaving.properties
    match leaving.kind:
        case Kind.QUEUE | Kind.EXCHANGE:
            return retention.end(leaving.kind, leaving.name)
        case Kind.BINDING:
            kind, destination = properties["destinationType"], properties["destination"]
            return retention.binding(properties["source"], kind, destination)
        case Kind.POLICY:
            return retained_with(guarding, leaving.vhost, leaving.name) is not None
        case _:
            return retention.vhost(leaving.name)


def _path(leaving: Leaving) -> tuple[str, ...]:
    properties = leaving.properties
    match leaving.kind:
        case Kind.VHOST:
            return "vhosts", leaving.name
        case Kind.BINDING:
            source, destination = properties["source"], properties["destination"]
            ends = ("e", source, properties["destinationType"][0], destination)
            return "bindings", leaving.vhost, *ends, properties["propertiesKey"]
        case Kind.POLICY:
            return "policies", leaving.vhost, leaving.name
        case _:
            return f"{leaving.kind}s", leaving.vhost, leaving.name


def _refuse_protected(_: Guarding, leaving: Leaving) -> None:
    raise Refusal(
        f"{CODE} {leaving.kind.words} {leaving.name} is not deleted: it is protected.\n"
        f"  To let it go, declare it with protect: false, run pulumi up, and then take it out"
    )


EARLIER: Final[Mapping[str, Callable[[Guarding, Leaving], None]]] = {
    "rabbitmq-topology:delete-queue": _delete,
    "rabbitmq-topology:delete-exchange": _delete,
    "rabbitmq-topology:delete-binding": _delete,
    "rabbitmq-topology:delete-policy": _delete,
    "rabbitmq-topology:delete-vhost": _delete,
    "rabbitmq-topology:protected": _refuse_protected,
}
"""States keep these names."""
