"""Permission and topic permission resources."""

from __future__ import annotations

import pulumi_rabbitmq as rabbitmq

from ..model import Permission, TopicPermission
from .scope import Scope


def declare_permission(permission: Permission, scope: Scope) -> rabbitmq.Permissions:
    return rabbitmq.Permissions(
        scope.logical_name(permission.user),
        user=scope.user(permission.user),
        vhost=scope.vhost_name,
        permissions=rabbitmq.PermissionsPermissionsArgs(
            configure=permission.configure, write=permission.write, read=permission.read
        ),
        opts=scope.options(
            scope.logical_name(permission.user),
            scope.claims.options("Permissions", permission.user),
        ),
    )


def declare_topic_permissions(
    user: str, permissions: list[TopicPermission], scope: Scope
) -> rabbitmq.TopicPermissions:
    """All of a user's topic permissions: RabbitMQ's API, and so the provider, takes them as one."""
    return rabbitmq.TopicPermissions(
        scope.logical_name(user),
        user=scope.user(user),
        vhost=scope.vhost_name,
        permissions=[
            rabbitmq.TopicPermissionsPermissionArgs(
                exchange=scope.exchange(permission.exchange),
                write=permission.write,
                read=permission.read,
            )
            for permission in permissions
        ],
        opts=scope.options(
            scope.logical_name(user), scope.claims.options("TopicPermissions", user)
        ),
    )
