"""What is on the broker before a run: read once, so that most resources need not be asked about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from topology.broker import Management
from topology.model import Binding
from topology.ownership.objects import KINDS, Claim


@dataclass(frozen=True, slots=True)
class Inventory:
    """Names of what exists, by type of resource. Empty for a vhost that does not exist yet."""

    names: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def asked(self) -> bool:
        """Whether it was read from a broker."""
        return bool(self.names)

    def has(self, claim: Claim) -> bool:
        return claim.name in self.names.get(claim.resource, frozenset())

    def lacks(self, resource: str, name: str) -> bool:
        """Whether the object is known not to be there. Of what is in a vhost that does not exist,
        the vhost alone is known: what is true of it is true of all."""
        return resource in self.names and name not in self.names[resource]


def read_inventory(
    management: Management, vhost: str, binding_name: Callable[[Binding], str]
) -> Inventory:
    """Reads names only: a handful of requests, whatever the size of the vhost.

    Bindings have no names on the broker; here they go by their resources', `binding_name`.
    """
    names = {"User": _names(management.get("users", columns="name"))}
    names["VHost"] = _names(management.get("vhosts", columns="name"))
    if vhost not in names["VHost"]:
        return Inventory(names)
    for kind in KINDS:
        # 404 for parameters of a plugin that is not enabled.
        names[kind.resource] = _names(management.find(*kind.api, vhost, columns="name") or [])
    upstream_sets = management.find("parameters", _UPSTREAM_SET, vhost, columns="name") or []
    names["FederationUpstreamSet"] = _names(upstream_sets)
    for resource, path in (
        ("Permissions", "permissions"),
        ("TopicPermissions", "topic-permissions"),
    ):
        entries = management.find("vhosts", vhost, path) or []
        names[resource] = frozenset(entry["user"] for entry in entries)
    names["Binding"] = frozenset(
        binding_name(Binding.model_construct(None, **entry))
        for entry in management.get("bindings", vhost, columns=_BINDING)
    )
    return Inventory(names)


_UPSTREAM_SET = "federation-upstream-set"
_BINDING = "source,destination,destination_type,routing_key,arguments"


def _names(entries: list[dict[str, str]]) -> frozenset[str]:
    return frozenset(entry["name"] for entry in entries)
