"""Permissions: what a user may configure, write and read in the vhost."""

from __future__ import annotations

from .base import Model, Name


class Permission(Model):
    """A user's permissions in the vhost: three regular expressions over names of queues and
    exchanges. The empty text permits nothing."""

    user: Name
    """The user, declared under `users`."""
    configure: str = ""
    """What it may declare and delete."""
    write: str = ""
    """What it may publish to, and bind queues or exchanges as destinations."""
    read: str = ""
    """What it may consume from and purge, and bind exchanges as sources."""


class TopicPermission(Model):
    """A user's permissions on routing keys of one topic exchange, over those of `permissions`."""

    user: Name
    """The user, declared under `users`."""
    exchange: Name
    """The topic exchange."""
    write: str = ""
    """Routing keys it may publish with."""
    read: str = ""
    """Binding keys it may bind with."""
