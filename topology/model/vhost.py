"""The virtual host: the namespace of everything else that a stack declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from .base import Model, Name
from .queue_type import QueueType


class VHost(Model):
    """A virtual host. Written as its name alone, or as a map with the name and its settings."""

    REFUSED: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("protected_from_deletion", "deletion_protection"),
        "the provider cannot set it: write `protect: true` for Pulumi's own protection, or run "
        "`rabbitmqctl enable_vhost_deletion_protection`, which a destroy respects",
    )

    name: Name
    """Name of the vhost. `/` is RabbitMQ's default vhost."""
    existing: bool = False
    """The vhost is made elsewhere, and several stacks may share it: it must exist, and is never
    created, changed or deleted by this stack."""
    description: str | None = None
    """What the vhost is for, shown in the management UI."""
    default_queue_type: QueueType | None = None
    """Type of a queue that names none: for queues of this config, and for those that clients
    declare themselves."""
    tracing: bool = False
    """Whether RabbitMQ's firehose tracer is on. It slows the vhost down."""
    max_connections: Annotated[int, Field(ge=-1)] | None = None
    """Most concurrent client connections; -1 is no limit, 0 lets no client connect."""
    max_queues: Annotated[int, Field(ge=-1)] | None = None
    """Most queues in the vhost; -1 is no limit."""
    protect: bool | None = None
    """Pulumi's protection for this vhost; default: the stack's `protect`."""
    adopt: bool | None = None
    """Take this vhost's settings over if it exists on the broker; default: the stack's `adopt`."""
