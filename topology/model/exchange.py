"""Exchanges: where publishers send, and what decides the queues a message reaches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Final

from pydantic import Field

from .base import Arguments, Model, Name

EXAMPLE_TYPES: Final = ["direct", "fanout", "topic", "headers", "x-consistent-hash"]


class Exchange(Model):
    """An exchange."""

    REFUSED: ClassVar[Mapping[str, str]] = {
        "internal": "the provider cannot make exchanges internal: clients can publish to this one"
    }

    type: Annotated[Name, Field(examples=EXAMPLE_TYPES)] = "direct"
    """`direct`, `fanout`, `topic`, `headers`, `x-local-random`, or the type of a plugin such as
    `x-consistent-hash`."""
    durable: bool = True
    """Whether the exchange survives a restart of the broker."""
    auto_delete: bool = False
    """Whether RabbitMQ deletes the exchange when its last binding goes."""
    alternate_exchange: Name | None = None
    """Exchange that receives what this one cannot route. Applied by a policy, so that it can be
    changed later without replacing the exchange."""
    arguments: Arguments = Field(default_factory=dict)
    """Raw arguments, fixed when the exchange is declared. The provider sends text only."""
    protect: bool | None = None
    """Pulumi's protection for this exchange; default: the stack's `protect`."""
    adopt: bool | None = None
    """Take this exchange over if it exists on the broker; default: the stack's `adopt`."""
