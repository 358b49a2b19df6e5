"""The objects that a run could take over, and how each is found on the broker."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeAlias

from ..broker import BrokerReader
from ..broker.state import LivePermission, LiveTopicPermission, LiveUser
from ..model import TopicPermission, Topology, User
from ..password_seed import PasswordSeed
from .difference import (
    Difference,
    exchange_difference,
    permission_difference,
    policy_difference,
    queue_difference,
    topic_permissions_difference,
    user_difference,
    vhost_difference,
)
from .parameter_difference import shovel_difference, upstream_difference

Found: TypeAlias = Any
"""An object of the broker, as `topology.broker.state` has it, or the value of a parameter."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object that lives in a vhost under a name."""

    resource: str
    """Pulumi's type of the resource, as in `Queue`."""
    section: str
    """Where the config dict has it."""
    listed: Callable[[BrokerReader, str], Mapping[str, Found]]
    """All of the kind that a vhost has, by name. Raises `BrokerError`."""
    difference: Callable[[Any, Found], Difference]
    changeable: bool = True
    """Whether RabbitMQ can change it: queues and exchanges are what they are."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One declared object that must not silently overwrite another of its name."""

    resource: str
    name: str
    """Name on the broker; of the user, for permissions."""
    find: Callable[[BrokerReader], Found | None]
    """What the broker has under the name; None if there is nothing. Raises `BrokerError`."""
    compare: Callable[[str | None, Found], Difference]
    """What taking it over would change, or why it cannot be taken over. Takes the password that a
    user would get, if it is known."""
    adopt: bool
    changeable: bool = True
    generated: bool = False
    """Whether it is a user with a password that the stack makes."""


def _user_difference(
    declared: User, expected: str | None, password: str | None, found: Found
) -> Difference:
    # A preview does not know a password that is yet to be made, unless it is always the same.
    return user_difference(declared, password or expected, found)


def _of_component(component: str) -> Callable[[BrokerReader, str], Mapping[str, Found]]:
    def listed(reader: BrokerReader, vhost: str) -> Mapping[str, Found]:
        return reader.parameters(component, vhost)

    return listed


KINDS = (
    Kind(
        "Exchange",
        "exchanges",
        lambda reader, vhost: reader.exchanges(vhost).by_name,
        exchange_difference,
        changeable=False,
    ),
    Kind(
        "Queue",
        "queues",
        lambda reader, vhost: reader.declared_queues(vhost).by_name,
        queue_difference,
        changeable=False,
    ),
    Kind(
        "Policy",
        "policies",
        lambda reader, vhost: reader.policies_by_name(vhost),
        policy_difference,
    ),
    Kind(
        "OperatorPolicy",
        "operator_policies",
        lambda reader, vhost: reader.operator_policies_by_name(vhost),
        policy_difference,
    ),
    Kind(
        "FederationUpstream",
        "federation_upstreams",
        _of_component("federation-upstream"),
        upstream_difference,
    ),
    Kind("Shovel", "shovels", _of_component("shovel"), shovel_difference),
)


def claims(topology: Topology, seed: PasswordSeed) -> Iterator[Claim]:
    """Everything declared that could already exist. `topology` is settled."""
    vhost = topology.vhost.name

    def claim(
        resource: str,
        name: str,
        find: Callable[[BrokerReader], Found | None],
        difference: Callable[[Found], Difference],
        declared: object = None,
    ) -> Claim:
        return Claim(
            resource, name, find, lambda _, found: difference(found), _adopts(topology, declared)
        )

    if not topology.vhost.existing:
        compare = partial(vhost_difference, topology.vhost)
        yield claim("VHost", vhost, lambda reader: reader.vhost(vhost), compare, topology.vhost)
    for kind in KINDS:
        for name, declared in getattr(topology, kind.section).items():
            find = partial(_listed, kind, vhost, name)
            found = claim(kind.resource, name, find, partial(kind.difference, declared), declared)
            yield replace(found, changeable=kind.changeable)
    for name, user in topology.users.items():
        if not user.existing:
            expected = seed.repeatable(name) if user.password is None else None
            own = partial(_user_difference, user, expected)
            generated = user.password is None
            adopts = _adopts(topology, user)
            yield Claim("User", name, partial(_user, name), own, adopts, generated=generated)
    for permission in topology.permissions:
        find = partial(_permission, vhost, permission.user)
        compare = partial(permission_difference, permission)
        yield claim("Permissions", permission.user, find, compare)
    for name, entries in _by_user(topology.topic_permissions).items():
        find = partial(_topic_permissions, vhost, name)
        yield claim("TopicPermissions", name, find, partial(topic_permissions_difference, entries))


def _listed(kind: Kind, vhost: str, name: str, reader: BrokerReader) -> Found | None:
    return kind.listed(reader, vhost).get(name)


def _user(name: str, reader: BrokerReader) -> LiveUser | None:
    return reader.users().get(name)


def _permission(vhost: str, user: str, reader: BrokerReader) -> LivePermission | None:
    return reader.permissions(vhost).get(user)


def _topic_permissions(
    vhost: str, user: str, reader: BrokerReader
) -> list[LiveTopicPermission] | None:
    found = reader.topic_permissions(vhost).values()
    return [entry for entry in found if entry.user == user] or None


def _by_user(permissions: list[TopicPermission]) -> dict[str, list[TopicPermission]]:
    found: dict[str, list[TopicPermission]] = {}
    for permission in permissions:
        found.setdefault(permission.user, []).append(permission)
    return found


def _adopts(topology: Topology, declared: object) -> bool:
    own: bool | None = getattr(declared, "adopt", None)
    return topology.adopt if own is None else own
