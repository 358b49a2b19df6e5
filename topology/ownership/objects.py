"""The objects that a run could take over, and how each is found on the broker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeAlias

from topology.broker.live_policy import LivePolicy
from topology.broker.state import (
    LiveExchange,
    LivePermission,
    LiveQueue,
    LiveTopicPermission,
    LiveUser,
    LiveVhost,
)
from topology.model import (
    Exchange,
    FederationUpstream,
    OperatorPolicy,
    Permission,
    Policy,
    Queue,
    Shovel,
    TopicPermission,
    Topology,
    User,
    VHost,
)
from topology.ownership.difference import (
    Difference,
    exchange_difference,
    permission_difference,
    policy_difference,
    queue_difference,
    topic_permissions_difference,
    user_difference,
    vhost_difference,
)
from topology.ownership.parameter_difference import shovel_difference, upstream_difference
from topology.password_seed import PasswordSeed

Found: TypeAlias = Any
"""What the management API has under the name of an object: a map, or a list of maps."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object that lives in a vhost under a name."""

    resource: str
    """Pulumi's type of the resource, as in `Queue`."""
    section: str
    """Where the config dict has it."""
    api: tuple[str, ...]
    """Where the management API has it, before vhost and name."""
    difference: Callable[[Any, Found], Difference]
    changeable: bool = True
    """Whether RabbitMQ can change it: queues and exchanges are what they are."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One declared object that must not silently overwrite another of its name."""

    resource: str
    name: str
    """Name on the broker; of the user, for permissions."""
    api: tuple[str, ...]
    """Where the management API has it."""
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
    return user_difference(declared, password or expected, LiveUser.from_api(found))


def _vhost_difference(declared: VHost, found: Found) -> Difference:
    return vhost_difference(declared, LiveVhost.from_api(found))


def _exchange_difference(declared: Exchange, found: Found) -> Difference:
    return exchange_difference(declared, LiveExchange.from_api(found))


def _queue_difference(declared: Queue, found: Found) -> Difference:
    return queue_difference(declared, LiveQueue.from_api(found))


def _policy_difference(declared: Policy | OperatorPolicy, found: Found) -> Difference:
    return policy_difference(declared, LivePolicy.from_api(found))


def _permission_difference(declared: Permission, found: Found) -> Difference:
    return permission_difference(declared, LivePermission.from_api(found))


def _topic_permissions_difference(declared: list[TopicPermission], found: Found) -> Difference:
    return topic_permissions_difference(declared, list(map(LiveTopicPermission.from_api, found)))


def _upstream_difference(declared: FederationUpstream, found: Found) -> Difference:
    return upstream_difference(declared, found["value"])


def _shovel_difference(declared: Shovel, found: Found) -> Difference:
    return shovel_difference(declared, found["value"])


KINDS = (
    Kind("Exchange", "exchanges", ("exchanges",), _exchange_difference, changeable=False),
    Kind("Queue", "queues", ("queues",), _queue_difference, changeable=False),
    Kind("Policy", "policies", ("policies",), _policy_difference),
    Kind("OperatorPolicy", "operator_policies", ("operator-policies",), _policy_difference),
    Kind(
        "FederationUpstream",
        "federation_upstreams",
        ("parameters", "federation-upstream"),
        _upstream_difference,
    ),
    Kind("Shovel", "shovels", ("parameters", "shovel"), _shovel_difference),
)


def claims(topology: Topology, seed: PasswordSeed) -> Iterator[Claim]:
    """Everything declared that could already exist. `topology` is settled."""
    vhost = topology.vhost

    def claim(
        resource: str,
        name: str,
        api: tuple[str, ...],
        difference: Callable[[Found], Difference],
        declared: object = None,
    ) -> Claim:
        return Claim(
            resource, name, api, lambda _, found: difference(found), _adopts(topology, declared)
        )

    if not vhost.existing:
        compare = partial(_vhost_difference, vhost)
        yield claim("VHost", vhost.name, ("vhosts", vhost.name), compare, vhost)
    for kind in KINDS:
        for name, declared in getattr(topology, kind.section).items():
            api = (*kind.api, vhost.name, name)
            compare = partial(kind.difference, declared)
            found = claim(kind.resource, name, api, compare, declared)
            yield replace(found, changeable=kind.changeable)
    for name, user in topology.users.items():
        if not user.existing:
            expected = seed.repeatable(name) if user.password is None else None
            own = partial(_user_difference, user, expected)
            generated = user.password is None
            adopts = _adopts(topology, user)
            yield Claim("User", name, ("users", name), own, adopts, generated=generated)
    for permission in topology.permissions:
        api = ("permissions", vhost.name, permission.user)
        yield claim(
            "Permissions", permission.user, api, partial(_permission_difference, permission)
        )
    for name, entries in _by_user(topology.topic_permissions).items():
        api = ("topic-permissions", vhost.name, name)
        yield claim("TopicPermissions", name, api, partial(_topic_permissions_difference, entries))


def _by_user(permissions: list[TopicPermission]) -> dict[str, list[TopicPermission]]:
    found: dict[str, list[TopicPermission]] = {}
    for permission in permissions:
        found.setdefault(permission.user, []).append(permission)
    return found


def _adopts(topology: Topology, declared: object) -> bool:
    own: bool | None = getattr(declared, "adopt", None)
    return topology.adopt if own is None else own
