"""The nouns of the reference page: what is said of each beside what its model says itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from topology.model import (
    Binding,
    Exchange,
    FederationUpstream,
    NamedObjects,
    NamedPolicies,
    NamedQueues,
    OperatorPolicy,
    Permission,
    Policy,
    Queue,
    Service,
    Shovel,
    TopicPermission,
    User,
    VHost,
)
from topology.model.base import Model
from topology.model.queue import queue_arguments

IN_PLACE: Final = "in place"
REPLACES: Final = "replaces it"
NOT_ITS_OWN: Final = "not on the broker"
"""What the program does, and the broker does not know."""

_OURS = ("adopt", "protect", "profile", "existing", "settings_as_arguments", "migrate")


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun of the config dict."""

    title: str
    key: str
    model: type[Model]
    example: str
    """Name of its file in docs/examples."""
    change: Callable[[str], str]
    """Field → what changing it later does on the broker."""


def _only(*fixed: str) -> Callable[[str], str]:
    """Changeable but for these."""

    def change(field: str) -> str:
        if field in _OURS:
            return NOT_ITS_OWN
        return REPLACES if field in fixed else IN_PLACE

    return change


def _always(answer: str) -> Callable[[str], str]:
    return lambda _: answer


def _queue(field: str) -> str:
    setting = queue_arguments().get(field)
    if setting is not None:
        return f"{IN_PLACE} (`{setting.policy.name}`)" if setting.policy else REPLACES
    return _only("type", "durable", "auto_delete", "arguments")(field)


NOUNS: Final = (
    Noun("Vhost", "vhost", VHost, "vhost", _only("name")),
    Noun(
        "Exchanges",
        "exchanges",
        Exchange,
        "exchanges",
        _only("type", "durable", "auto_delete", "arguments"),
    ),
    Noun("Queues and streams", "queues", Queue, "queues", _queue),
    Noun("Bindings", "bindings", Binding, "bindings", _always(REPLACES)),
    Noun("Policies", "policies", Policy, "policies", _only()),
    Noun("Operator policies", "operator_policies", OperatorPolicy, "operator_policies", _only()),
    Noun("Users", "users", User, "users", _only()),
    Noun("Permissions", "permissions", Permission, "permissions", _only("user")),
    Noun(
        "Topic permissions",
        "topic_permissions",
        TopicPermission,
        "topic_permissions",
        _only("user"),
    ),
    Noun("Services", "services", Service, "services", _only()),
    Noun(
        "Federation upstreams",
        "federation_upstreams",
        FederationUpstream,
        "federation_upstreams",
        _only(),
    ),
    Noun("Shovels", "shovels", Shovel, "shovels", _always(REPLACES)),
    Noun(
        "Deleting and releasing", "allow_deletion", NamedObjects, "deletion", _always(NOT_ITS_OWN)
    ),
    Noun(
        "Consent to dropped messages",
        "allow_message_loss",
        NamedQueues,
        "policy_loss",
        _always(NOT_ITS_OWN),
    ),
    Noun(
        "Consent to policies that stop applying",
        "allow_policy_loss",
        NamedPolicies,
        "policy_loss",
        _always(NOT_ITS_OWN),
    ),
)
