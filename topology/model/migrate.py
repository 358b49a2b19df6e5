"""`migrate` on a queue: what RabbitMQ cannot change is changed by moving the messages."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from .base import Model, Name, says


class MigrateFrom(Model):
    """The queue that this one takes the place of, under another name or in another vhost."""

    from_: Annotated[Name, Field(alias="from")]
    """Name of the old queue. It must no longer be declared."""
    vhost: Name | None = None
    """Vhost of the old queue; default: the stack's own."""


MigrateSwitch: TypeAlias = Annotated[
    bool | MigrateFrom | None, says("must be true, false or a map with the keys from and vhost")
]
"""`true` allows a migration under the same name."""
