"""Users: who may connect to the broker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Final

from pydantic import Field, SecretStr

from .base import Model

KNOWN_TAGS = ("administrator", "monitoring", "policymaker", "management", "impersonator")

LIMITS_REFUSED: Final = dict.fromkeys(
    ("max_connections", "max_channels", "limits"),
    "the provider cannot limit a user: set `max_connections` of the vhost, or limit the user with "
    "`rabbitmqctl set_user_limits`",
)


class User(Model):
    """A user. Users belong to the broker, not to a vhost."""

    REFUSED: ClassVar[Mapping[str, str]] = LIMITS_REFUSED

    password: SecretStr | None = None
    """The password, as a Pulumi secret (`pulumi config set --secret --path`). Without one, a
    password is generated and kept in the state as a secret."""
    tags: list[Annotated[str, Field(min_length=1)]] = Field(default_factory=list)
    """`administrator`, `monitoring`, `policymaker`, `management`, `impersonator`, or tags of your
    own."""
    existing: bool = False
    """The user is made elsewhere: it is referred to, and never created, changed or deleted."""
    adopt: bool | None = None
    """Take it over if it exists on the broker; default: the stack's `adopt`."""
