"""Services: who publishes and consumes what. From that come users, rights and URLs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from .base import AtLeastOne, ExchangeRef, Model, Name, RoutingKey
from .user import LIMITS_REFUSED


def _names_alone(value: Any) -> Any:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return {name: [] for name in value}
    message = "must be a list of exchanges, or a map from exchanges to routing keys"
    raise PydanticCustomError("publishes", "{message}", {"message": message})


_PublishesInput: TypeAlias = list[ExchangeRef] | dict[ExchangeRef, list[RoutingKey]]

Publishes: TypeAlias = Annotated[
    dict[ExchangeRef, list[RoutingKey]],
    BeforeValidator(_names_alone, json_schema_input_type=_PublishesInput),
]
"""Exchanges by name with the routing keys allowed on them, or a list of names."""


class Declares(Model):
    """Queues that a service makes by itself, such as one for each of its instances."""

    prefix: Name
    """What the names of these queues begin with."""
    binds: list[Name] = Field(default_factory=list)
    """Exchanges that it may bind them to."""
    dead_letter_exchange: Name | None = None
    """Exchange that they may dead-letter to."""


class Service(Model):
    """A service: its user, its least privilege and its URL are derived from what it does."""

    REFUSED: ClassVar[Mapping[str, str]] = LIMITS_REFUSED

    publishes: Publishes = Field(default_factory=dict)
    """Exchanges that it publishes to: a list of names, or a map from a topic exchange to the
    routing key patterns (`order.*.paid`) that it may publish with."""
    consumes: list[Name] = Field(default_factory=list)
    """Queues that it consumes from."""
    declares: Declares | None = None
    """Queues that it makes by itself."""
    replies: bool = False
    """Whether it answers requests on the reply queue that they name. That takes the right to
    publish to the default exchange, which reaches every queue by its name; asking takes nothing."""
    tags: list[Annotated[str, Field(min_length=1)]] = Field(default_factory=list)
    """Tags of its user."""
    adopt: bool | None = None
    """Take its user over if it exists on the broker; default: the stack's `adopt`."""
    rotation: AtLeastOne = 1
    """Number of its credentials. Raising it by one makes new ones and keeps the last, so that no
    client is cut off while the new URL is rolled out; raising it again ends the old ones."""
