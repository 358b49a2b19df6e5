"""How what is declared differs from what the broker has under the same name.

A difference is a list of lines for people: what it is on the broker, what is declared. Values of
secrets are never among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..broker.live_policy import LivePolicy
from ..broker.state import (
    LiveExchange,
    LivePermission,
    LiveQueue,
    LiveTopicPermission,
    LiveUser,
    LiveVhost,
)
from ..model import (
    Exchange,
    OperatorPolicy,
    Permission,
    Policy,
    Queue,
    TopicPermission,
    User,
    VHost,
)
from .password import password_matches

Difference = list[str]


def queue_difference(declared: Queue, broker: LiveQueue) -> Difference:
    """`declared` is settled."""
    # Brokers before 4.0 do not list the type of a queue that was declared without one.
    arguments = {"x-queue-type": broker.type or "classic", **broker.arguments}
    return [
        *_differing("durable", broker.durable, declared.durable),
        *_differing("auto_delete", broker.auto_delete, declared.auto_delete),
        *_arguments(arguments, {**declared.arguments, "x-queue-type": declared.type}),
    ]


def exchange_difference(declared: Exchange, broker: LiveExchange) -> Difference:
    return [
        *_differing("type", broker.type, declared.type),
        *_differing("durable", broker.durable, declared.durable),
        *_differing("auto_delete", broker.auto_delete, declared.auto_delete),
        *_differing("internal", broker.internal, False),
        *_arguments(broker.arguments, declared.arguments),
    ]


def policy_difference(declared: Policy | OperatorPolicy, broker: LivePolicy) -> Difference:
    return [
        *_differing("pattern", broker.pattern, declared.pattern),
        *_differing("apply-to", broker.apply_to, declared.apply_to),
        *_differing("priority", broker.priority, declared.priority),
        *_arguments(broker.definition, declared.definition.values()),
    ]


def user_difference(declared: User, password: str | None, broker: LiveUser) -> Difference:
    """Tags, and whether the password is another one: it would be replaced.

    `password` is the declared or the generated one, None where it is not known.
    """
    tags = list(broker.tags)
    found = [f"tags are {tags} and would become {declared.tags}"] if tags != declared.tags else []
    same = password is not None and password_matches(password, broker)
    return found if same else [*found, "its password would be replaced"]


def permission_difference(declared: Permission, broker: LivePermission) -> Difference:
    return [
        *_differing("configure", broker.configure, declared.configure),
        *_differing("write", broker.write, declared.write),
        *_differing("read", broker.read, declared.read),
    ]


def topic_permissions_difference(
    declared: Sequence[TopicPermission], broker: Sequence[LiveTopicPermission]
) -> Difference:
    """Of all that a user has in the vhost: they are one resource."""
    wanted = {entry.exchange: (entry.write, entry.read) for entry in declared}
    found = {entry.exchange: (entry.write, entry.read) for entry in broker}
    return [
        f"on exchange {exchange} is {_rights(found.get(exchange))}, "
        f"declared is {_rights(wanted.get(exchange))}"
        for exchange in sorted({*wanted, *found})
        if wanted.get(exchange) != found.get(exchange)
    ]


def _rights(rights: tuple[str, str] | None) -> str:
    return "none" if rights is None else f"write {rights[0]!r}, read {rights[1]!r}"


RABBITMQS_OWN_DESCRIPTION = "Default virtual host"
"""What RabbitMQ itself writes on the vhost `/`; its loss is none."""


def vhost_difference(declared: VHost, broker: LiveVhost) -> Difference:
    """What taking the vhost over would change of its description, default queue type and tags."""
    found = []
    description = broker.description
    if description not in (declared.description or "", RABBITMQS_OWN_DESCRIPTION):
        found.append(f"description is {description!r} and would become {declared.description!r}")
    default = broker.default_queue_type
    if default != declared.default_queue_type and not (
        declared.default_queue_type is None and default == "classic"
    ):
        found.append(
            f"default_queue_type is {default} and would become {declared.default_queue_type}"
        )
    if broker.tags:
        found.append(f"tags {list(broker.tags)} would be removed")
    return found


def _differing(key: str, broker: Any, declared: Any) -> Iterator[str]:
    if broker != declared:
        yield f"{key} is {_shown(broker)}, declared is {_shown(declared)}"


def _arguments(broker: Mapping[str, Any], declared: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted({*broker, *declared}):
        if key not in declared:
            yield f"{key} is {_shown(broker[key])}, declared is none"
        elif key not in broker:
            yield f"{key} is not set, declared is {_shown(declared[key])}"
        elif broker[key] != declared[key] or type(broker[key]) is not type(declared[key]):
            yield f"{key} is {_shown(broker[key])}, declared is {_shown(declared[key])}"


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
