"""Who may connect, and what they may do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..broker.state import LivePermission, LiveTopicPermission, LiveUser, VhostState
from ..kind import Kind
from ..model import Topology, User
from ..ownership.difference import permission_difference
from ..ownership.password import password_matches
from .finding import Finding, State, Unknown
from .passwords import expected_password

_EVERYTHING = ".*"


def user_findings(
    topology: Topology,
    broker: VhostState,
    passwords: Mapping[str, str],
    unknown: list[Unknown],
) -> Iterator[Finding]:
    """Users that are declared. Others are none of this stack's: users belong to the broker."""
    for name, user in topology.users.items():
        found = broker.users.get(name)
        if found is None:
            made = ("declared as existing, so it is made elsewhere",) if user.existing else ()
            yield Finding(Kind.USER, name, State.MISSING, made)
            continue
        if user.existing:
            continue
        differences = [*_tags(user, found)]
        password = expected_password(name, user, passwords)
        same = None if password is None else password_matches(password, found)
        if same is False:
            has = "is not the declared one" if found.password_hash else "is not set"
            differences.append(f"password {has}")
        if same is None:
            unknown.append(Unknown(Kind.USER, name, _why_unknown(password)))
        if differences:
            yield Finding(Kind.USER, name, State.CHANGED, tuple(differences))


def permission_findings(topology: Topology, broker: VhostState, deployer: str) -> Iterator[Finding]:
    declared = {permission.user: permission for permission in topology.permissions}
    for user, permission in declared.items():
        found = broker.permissions.get(user)
        if found is None:
            yield Finding(Kind.PERMISSION, user, State.MISSING)
        elif differences := permission_difference(permission, found):
            yield Finding(Kind.PERMISSION, user, State.CHANGED, tuple(differences))
    for user, found in broker.permissions.items():
        # RabbitMQ gives everything to the user that makes a vhost.
        rights = {found.configure, found.write, found.read}
        given = user == deployer and rights == {_EVERYTHING}
        if user not in declared and not given:
            yield Finding(Kind.PERMISSION, user, State.UNDECLARED, tuple(_rights(found)))


def topic_permission_findings(topology: Topology, broker: VhostState) -> Iterator[Finding]:
    declared = {(entry.user, entry.exchange): entry for entry in topology.topic_permissions}
    for key, permission in declared.items():
        name, found = f"{key[0]} on {key[1]}", broker.topic_permissions.get(key)
        if found is None:
            yield Finding(Kind.TOPIC_PERMISSION, name, State.MISSING)
            continue
        differences = tuple(
            f"{right} is {_shown(has)}, declared is {_shown(wanted)}"
            for right, has, wanted in (
                ("write", found.write, permission.write),
                ("read", found.read, permission.read),
            )
            if has != wanted
        )
        if differences:
            yield Finding(Kind.TOPIC_PERMISSION, name, State.CHANGED, differences)
    for (user, exchange), found in broker.topic_permissions.items():
        if (user, exchange) not in declared:
            rights = tuple(_rights(found))
            yield Finding(Kind.TOPIC_PERMISSION, f"{user} on {exchange}", State.UNDECLARED, rights)


def _tags(declared: User, broker: LiveUser) -> Iterator[str]:
    if set(broker.tags) != set(declared.tags):
        yield f"tags are {_listed(broker.tags)}, declared are {_listed(declared.tags)}"


def _why_unknown(password: str | None) -> str:
    if password is None:
        return "its generated password is not in the stack's state, so it cannot be compared"
    return "its password is hashed by an algorithm of the broker's own, so it cannot be compared"


def _rights(permission: LivePermission | LiveTopicPermission) -> Iterator[str]:
    if isinstance(permission, LivePermission):
        yield f"configure is {_shown(permission.configure)}"
    yield f"write is {_shown(permission.write)}"
    yield f"read is {_shown(permission.read)}"


def _listed(tags: Iterable[str]) -> str:
    return ", ".join(sorted(tags)) or "none"


def _shown(pattern: str) -> str:
    return pattern or "none"
