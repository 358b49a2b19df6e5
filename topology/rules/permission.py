"""Permissions: expressions that RabbitMQ refuses, that match nothing, or that overwrite others."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Final

from ..expand.services import usernames
from ..problems import Path, render_path
from .patterns import NameIndex, pattern_problem
from .rule import Finding, error, warning
from .view import BUILT_IN_EXCHANGES, View

_RIGHTS: Final = ("configure", "write", "read")
_TOPIC_RIGHTS: Final = ("write", "read")
_NOTHING: Final = ("", "^$")
_OTHERS: Final = ("amq.default", "amq.gen-JzTY20BRgKO-HjmUJj0wLg", *BUILT_IN_EXCHANGES)
"""What else a client may use: the default exchange, queues whose names RabbitMQ makes up."""


@error("invalid-permission")
def invalid_permission(view: View) -> Iterator[Finding]:
    """RabbitMQ refuses rights that are no regular expression (400)."""
    for path, pattern in _expressions(view):
        if problem := pattern_problem(pattern, view.version):
            yield path, *problem


@error("duplicate-permission")
def duplicate_permission(view: View) -> Iterator[Finding]:
    """A user has one set of rights in a vhost, and one on a topic exchange: of two, the one that is
    applied last would replace the other. A service has its rights from what it does."""
    owners: dict[Hashable, Path] = {
        username: ("services", name)
        for name, service in view.declared.services.items()
        for username in usernames(name, service)
    }
    users: dict[Hashable, Path] = dict(owners)
    for path, permission in view.listed("permissions", view.declared.permissions):
        yield from _first(users, path, permission.user, "the permissions of this user")
    topics: dict[Hashable, Path] = {
        (username, exchange): ("services", name)
        for name, service in view.declared.services.items()
        for username in usernames(name, service)
        for exchange, patterns in service.publishes.items()
        if patterns
    }
    for path, topic in view.listed("topic_permissions", view.declared.topic_permissions):
        key = (topic.user, topic.exchange)
        yield from _first(topics, path, key, "the permissions of this user on this exchange")


@warning("permission-matches-nothing")
def permission_matches_nothing(view: View) -> Iterator[Finding]:
    """RabbitMQ accepts rights to names that nothing has. Write an empty text to permit nothing."""
    names = NameIndex((*_OTHERS, *view.queue_names, *view.exchange_names))
    for path, permission in view.listed("permissions", view.declared.permissions):
        for right in _RIGHTS:
            pattern = getattr(permission, right)
            if pattern in _NOTHING or pattern_problem(pattern, view.version):
                continue
            if not names.any_match(pattern):
                message = "matches no declared queue or exchange"
                yield (*path, right), message, "correct it, or write '' to permit nothing"


def _first(seen: dict[Hashable, Path], path: Path, key: Hashable, what: str) -> Iterator[Finding]:
    if key in seen:
        yield path, f"{what} are at {render_path(seen[key])} already", "make them one entry"
    else:
        seen[key] = path


def _expressions(view: View) -> Iterator[tuple[Path, str]]:
    sections = (("permissions", _RIGHTS), ("topic_permissions", _TOPIC_RIGHTS))
    for section, rights in sections:
        for path, entry in view.listed(section, getattr(view.declared, section)):
            for right in rights:
                yield (*path, right), getattr(entry, right)
