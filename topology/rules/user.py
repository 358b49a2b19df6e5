"""Users, their permissions and topic permissions."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Final

from ..expand.services import usernames
from ..model.user import KNOWN_TAGS
from ..problems import Path, did_you_mean, one_of, render_path
from .analysis.exchange_kinds import underlying
from .analysis.patterns import NameIndex, pattern_problem
from .analysis.view import BUILT_IN_EXCHANGES, View
from .rule import Finding, error, warning

_GUEST = "guest"


@error("reserved-guest-user")
def guest(view: View) -> Iterator[Finding]:
    """RabbitMQ makes the user guest, an administrator who may connect from the broker's own machine
    only. Declaring it would replace its password and tags, and removing it from the config would
    delete it."""
    user = view.declared.users.get(_GUEST)
    if user is not None and not user.existing:
        message = "guest is RabbitMQ's own user; declaring it would take it over"
        yield ("users", _GUEST), message, "write existing: true, or use another name"
    if _GUEST in view.declared.services:
        message = "guest is RabbitMQ's own user; this service would take it over"
        yield ("services", _GUEST), message, "use another name"


@error("existing-user")
def existing_user(view: View) -> Iterator[Finding]:
    """A user with `existing` is only referred to. A password or tags would silently be left out."""
    for name, user in view.declared.users.items():
        for field in ("password", "tags"):
            if user.existing and field in user.model_fields_set and getattr(user, field):
                path = ("users", name, field)
                yield path, "a user that exists already is never changed", "leave this out"


@error("unusable-password")
def unusable_password(view: View) -> Iterator[Finding]:
    """RabbitMQ lets no client log in with an empty password."""
    for name, user in view.declared.users.items():
        if user.password is not None and not user.password.get_secret_value():
            hint = "leave it out to have one generated"
            yield ("users", name, "password"), "is empty, and no client could log in", hint


@error("unmanageable-tag")
def unmanageable_tag(view: View) -> Iterator[Finding]:
    """The provider sends the tags of a user as one text with commas, and RabbitMQ strips spaces
    around each and garbles what is not ASCII: such tags come back as others."""
    for path, tag in _tags(view):
        if "," in tag or tag != tag.strip():
            yield path, "holds a comma, or spaces at its ends", "write one tag an entry"
        elif not tag.isascii():
            yield path, "holds characters beyond ASCII, which RabbitMQ garbles", "use others"


@warning("unknown-tag")
def unknown_tag(view: View) -> Iterator[Finding]:
    """RabbitMQ accepts any tag; those that it does not know permit nothing."""
    for path, tag in _tags(view):
        if tag not in KNOWN_TAGS and "," not in tag and tag == tag.strip() and tag.isascii():
            hint = did_you_mean(tag, KNOWN_TAGS) or f"RabbitMQ's tags are {one_of(KNOWN_TAGS)}"
            yield path, "is not a tag of RabbitMQ", hint


def _tags(view: View) -> Iterator[tuple[Path, str]]:
    for section in ("users", "services"):
        for name, entry in getattr(view.declared, section).items():
            for index, tag in enumerate(entry.tags):
                yield (section, name, "tags", index), tag


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


@error("topic-permission-without-effect", ignorable=True)
def topic_permission_without_effect(view: View) -> Iterator[Finding]:
    """RabbitMQ accepts topic permissions on any exchange, and checks routing keys on topic
    exchanges alone: on others they permit and forbid nothing."""
    for path, permission in view.listed("topic_permissions", view.declared.topic_permissions):
        kind = _kind(view, permission.exchange)
        if kind is not None and kind != "topic":
            message = f"is a {kind} exchange, where RabbitMQ checks no routing keys"
            yield (*path, "exchange"), message, "name a topic exchange"


def _kind(view: View, exchange: str) -> str | None:
    kind = view.exchange_types.get(exchange)
    if kind is not None and exchange in view.topology.exchanges:
        return underlying(kind, view.topology.exchanges[exchange].arguments)
    return kind
