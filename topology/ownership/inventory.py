"""What is on the broker before a run: read once, so that most resources need not be asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field

from ..broker import BrokerReader
from ..broker.state import LiveBinding
from ..model import Binding
from .objects import Claim

_COMPONENTS = {
    "FederationUpstream": "federation-upstream",
    "FederationUpstreamSet": "federation-upstream-set",
    "Shovel": "shovel",
}


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
    reader: BrokerReader, vhost: str, binding_name: Callable[[Binding], str]
) -> Inventory:
    """Ten requests, whatever the size of the vhost. Raises `BrokerError`.

    Bindings have no names on the broker; here they go by their resources', `binding_name`.
    """
    names: dict[str, Iterable[str]] = {"User": reader.users(), "VHost": reader.vhost_names()}
    if vhost in names["VHost"]:
        bindings, parameters = reader.bindings(vhost).bindings, reader.parameter_names(vhost)
        names |= {
            "Exchange": reader.exchanges(vhost).by_name,
            "Queue": reader.queue_names(vhost),
            "Binding": (binding_name(_declared(one)) for one in bindings if one.source),
            "Policy": reader.policies_by_name(vhost),
            "OperatorPolicy": reader.operator_policies_by_name(vhost),
            "Permissions": reader.permissions(vhost),
            "TopicPermissions": (user for user, _ in reader.topic_permissions(vhost)),
        }
        for resource, component in _COMPONENTS.items():
            names[resource] = {name for kind, name in parameters if kind == component}
    return Inventory({resource: frozenset(found) for resource, found in names.items()})


def _declared(found: LiveBinding) -> Binding:
    """As it would be declared. RabbitMQ has bindings that no declaration may have."""
    fields = asdict(found)
    del fields["properties_key"]
    return Binding.model_construct(None, **fields)
