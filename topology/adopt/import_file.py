"""Pulumi's import file: what each object is called in the stack's state, and its id there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote_plus

from ..declare.logical_name import binding_name, logical_name
from ..drift.compare import declared_identity
from ..model import Binding, Topology
from .found import PropertiesKeys

_TYPES: Final = {
    "exchanges": "rabbitmq:index/exchange:Exchange",
    "queues": "rabbitmq:index/queue:Queue",
    "policies": "rabbitmq:index/policy:Policy",
    "operator_policies": "rabbitmq:index/operatorPolicy:OperatorPolicy",
    "federation_upstreams": "rabbitmq:index/federationUpstream:FederationUpstream",
    "shovels": "rabbitmq:index/shovel:Shovel",
}
VHOST: Final = "rabbitmq:index/vHost:VHost"
BINDING: Final = "rabbitmq:index/binding:Binding"
_PERMISSIONS: Final = "rabbitmq:index/permissions:Permissions"
_TOPIC_PERMISSIONS: Final = "rabbitmq:index/topicPermissions:TopicPermissions"


def import_entries(
    topology: Topology, keys: PropertiesKeys, plugin_version: str
) -> list[dict[str, Any]]:
    """The `resources` of an import file. `topology` is settled.

    Without a broker's own word (`keys`), bindings with arguments are not among them: their ids hold
    a hash that RabbitMQ makes.
    """
    return [
        {"type": kind, "name": name, "id": identity, "version": plugin_version}
        for kind, name, identity in _identities(topology, keys)
    ]


def binding_id(vhost: str, binding: Binding, properties_key: str) -> str:
    """The id that the provider gives a binding; `properties_key` is the broker's name for it."""
    encoded = vhost.replace("%", "%25").replace("/", "%2F")
    ends = f"{binding.source}/{binding.destination}/{binding.destination_type}"
    return f"{encoded}/{ends}/{properties_key}"


def properties_key(routing_key: str) -> str:
    """RabbitMQ's name for a binding without arguments: its key, encoded as in HTML forms."""
    return quote_plus(routing_key).replace("~", "%7E") or "~"


def _identities(topology: Topology, keys: PropertiesKeys) -> Iterator[tuple[str, str, str]]:
    vhost = topology.vhost.name
    if not topology.vhost.existing:
        yield VHOST, logical_name(vhost), vhost
    for section, kind in _TYPES.items():
        for name in getattr(topology, section):
            yield kind, logical_name(vhost, name), f"{name}@{vhost}"
    for binding in topology.bindings:
        key = keys.get(declared_identity(binding)) or _plain_key(binding)
        if key is not None:
            yield BINDING, binding_name(vhost, binding), binding_id(vhost, binding, key)
    for permission in topology.permissions:
        user = permission.user
        yield _PERMISSIONS, logical_name(vhost, user), f"{user}@{vhost}"
    for user in dict.fromkeys(entry.user for entry in topology.topic_permissions):
        yield _TOPIC_PERMISSIONS, logical_name(vhost, user), f"{user}@{vhost}"


def _plain_key(binding: Binding) -> str | None:
    return None if binding.arguments else properties_key(binding.routing_key)
