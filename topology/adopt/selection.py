"""What a user wants to be adopted, and what not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from ..drift import Ignore
from ..kind import Kind

EXCEPTED = "left out by --except"
NOT_SELECTED = "not selected by --only"


class Users(StrEnum):
    """How the users that have rights are declared."""

    EXISTING = "existing"
    """They are made elsewhere, and must be on the broker."""
    HASHES = "hashes"
    """The same, with a definitions file that makes them on another broker with the passwords that
    they have: the provider can set no hash."""
    GENERATED = "generated"
    """The stack makes them, with passwords of its own."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Patterns as `drift` has them: a name with `*`, `?` and `[…]`, of any kind (`reply-*`) or of
    one (`queue:reply-*`)."""

    only: Ignore = field(default_factory=Ignore)
    """Nothing but these; everything where there are none."""
    without: Ignore = field(default_factory=Ignore)
    texts: tuple[str, ...] = ()
    """The patterns of `without` as they were given."""
    users: Users = Users.EXISTING
    existing_vhost: bool = False
    """Whether the vhost is only referred to, so that other stacks may share it."""

    @classmethod
    def of(
        cls,
        only: Iterable[str],
        without: Iterable[str],
        *,
        users: Users = Users.EXISTING,
        existing_vhost: bool = False,
    ) -> Self:
        texts = tuple(without)
        return cls(Ignore.of(only), Ignore.of(texts), texts, users, existing_vhost)

    def refusal(self, kind: Kind, name: str) -> str | None:
        """Why an object is left out; None if it is wanted. Bindings go with their ends, so `only`
        says nothing of them."""
        if self.without.covers(kind, name):
            return EXCEPTED
        if self.only.patterns and kind is not Kind.BINDING and not self.only.covers(kind, name):
            return NOT_SELECTED
        return None
