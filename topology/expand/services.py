"""Services, written out as users, permissions and topic permissions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..model import Permission, Service, TopicPermission, Topology, User
from ..problems import Path, Problem
from .rights import permission, topic_permissions


@dataclass(frozen=True, slots=True)
class Access:
    """How a service gets in, and what for."""

    username: str
    """Of its newest credentials."""
    service: Service


def add_services(
    topology: Topology,
) -> tuple[Topology, dict[str, Access], tuple[Problem, ...]]:
    """`topology` without services but with what they need; how each gets in; name clashes."""
    users = dict(topology.users)
    permissions: list[Permission] = list(topology.permissions)
    topics: list[TopicPermission] = list(topology.topic_permissions)
    access: dict[str, Access] = {}
    problems: list[Problem] = []
    for name, service in topology.services.items():
        path: Path = ("services", name)
        for username in usernames(name, service):
            if username in users:
                message = f"needs a user {username}, and one of this name is declared already"
                problems.append(Problem(path, message, "rename the service or the user"))
                continue
            users[username] = User(tags=service.tags, adopt=service.adopt)
            permissions.append(permission(username, service))
            topics.extend(topic_permissions(username, service))
            access[name] = Access(username, service)
    expanded = topology.model_copy(
        update={
            "users": users,
            "permissions": permissions,
            "topic_permissions": topics,
            "services": {},
        }
    )
    return expanded, access, tuple(problems)


def usernames(name: str, service: Service) -> Iterator[str]:
    """Users of a service, the newest last: two while one follows the other."""
    if service.rotation > 1:
        yield _username(name, service.rotation - 1)
    yield _username(name, service.rotation)


def _username(name: str, rotation: int) -> str:
    return name if rotation == 1 else f"{name}-{rotation}"
