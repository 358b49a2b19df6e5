"""Users: what RabbitMQ keeps for itself, and what the provider would take away."""

from __future__ import annotations

from collections.abc import Iterator

from ..model.user import KNOWN_TAGS
from ..problems import Path, did_you_mean, one_of
from .rule import Finding, error, warning
from .view import View

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
    """RabbitMQ lets nobody in with an empty password."""
    for name, user in view.declared.users.items():
        if user.password is not None and not user.password.get_secret_value():
            hint = "leave it out to have one generated"
            yield ("users", name, "password"), "is empty, and nobody could log in", hint


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
            hint = did_you_mean(tag, KNOWN_TAGS) or f"RabbitMQ knows {one_of(KNOWN_TAGS)}"
            yield path, "is no tag that RabbitMQ knows", hint


def _tags(view: View) -> Iterator[tuple[Path, str]]:
    for section in ("users", "services"):
        for name, entry in getattr(view.declared, section).items():
            for index, tag in enumerate(entry.tags):
                yield (section, name, "tags", index), tag
