"""Which object on the broker a resource of Pulumi stands for."""

from __future__ import annotations

from urllib.parse import unquote

from ..kind import Kind, binding_label
from .plan import Properties, Target

_NOT_IN_A_VHOST = (Kind.USER, Kind.VHOST)


def target_of_urn(urn: str) -> Target | None:
    """As far as the logical name tells; None for what is no object on a broker."""
    steps = urn.split("::", 3)
    kind = Kind.of_resource(steps[2].rpartition("$")[2]) if len(steps) == 4 else None
    if kind is None:
        return None
    # The logical names of a component's resources begin with its own.
    name = steps[3].partition("/")[2] if "$" in steps[2] else steps[3]
    vhost, *parts = (unquote(part) for part in name.split("/"))
    if kind in _NOT_IN_A_VHOST:
        return Target(kind, vhost if kind is Kind.VHOST else "", vhost)
    return Target(kind, vhost, _binding(parts) if kind is Kind.BINDING else "/".join(parts))


def target_of_state(urn: str, properties: Properties) -> Target | None:
    """As the resource's own properties say; by its logical name where they say nothing."""
    target = target_of_urn(urn)
    if target is None or not properties:
        return target
    vhost = str(properties.get("vhost", target.vhost))
    match target.kind:
        case Kind.BINDING:
            name = binding_label(
                str(properties.get("source", "")),
                str(properties.get("destinationType", "")),
                str(properties.get("destination", "")),
                str(properties.get("routingKey") or ""),
                str(properties.get("argumentsJson") or ""),
            )
        case Kind.PERMISSION | Kind.TOPIC_PERMISSION:
            name = str(properties.get("user", target.name))
        case _:
            name = str(properties.get("name", target.name))
    return Target(target.kind, name if target.kind is Kind.VHOST else vhost, name)


def _binding(parts: list[str]) -> str:
    # The logical name of a binding writes its routing key, which may be empty, in its own way.
    source, kind, destination = [*parts, "", "", ""][:3]
    return binding_label(source, kind, destination, "")
