"""What an object on a broker is."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Self


class Kind(StrEnum):
    """A kind of object, by the name that one of its section in the config dict has."""

    VHOST = "vhost"
    EXCHANGE = "exchange"
    QUEUE = "queue"
    BINDING = "binding"
    POLICY = "policy"
    OPERATOR_POLICY = "operator_policy"
    USER = "user"
    PERMISSION = "permission"
    TOPIC_PERMISSION = "topic_permission"
    FEDERATION_UPSTREAM = "federation_upstream"
    SHOVEL = "shovel"
    PARAMETER = "parameter"
    """A runtime parameter of another plugin; none can be declared."""

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")

    @property
    def resource(self) -> str:
        """Pulumi's type of its resources, as in `Queue`; empty for what none stands for."""
        return _TYPES.get(self.value, "")

    @property
    def plural(self) -> str:
        words = self.words
        return f"{words[:-1]}ies" if words.endswith("cy") else f"{words}s"

    @classmethod
    def of_resource(cls, token: str) -> Self | None:
        """The kind that Pulumi's type names, as in `rabbitmq:index/queue:Queue`; None for a type
        that is no object of a broker."""
        package, _, rest = token.partition(":")
        name = _RESOURCES.get(rest.rpartition(":")[2])
        return cls(name) if package == "rabbitmq" and name else None


_RESOURCES: Final = {
    "VHost": "vhost",
    "Exchange": "exchange",
    "Queue": "queue",
    "Binding": "binding",
    "Policy": "policy",
    "OperatorPolicy": "operator_policy",
    "User": "user",
    "Permissions": "permission",
    "TopicPermissions": "topic_permission",
    "FederationUpstream": "federation_upstream",
    "Shovel": "shovel",
}

_TYPES: Final = {kind: name for name, kind in _RESOURCES.items()}


def binding_label(
    source: str, destination_type: str, destination: str, routing_key: str, arguments: str = ""
) -> str:
    """`events -> orders (routing_key o.#)`; `arguments` are JSON."""
    to = destination if destination_type == "queue" else f"exchange {destination}"
    details = [f"routing_key {routing_key}"] if routing_key else []
    details += [f"arguments {arguments}"] if arguments else []
    return f"{source} -> {to}" + (f" ({', '.join(details)})" if details else "")
