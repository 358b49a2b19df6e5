"""Users and permissions as Pulumi resources."""

from __future__ import annotations

from urllib.parse import quote

import pulumi
import pulumi_rabbitmq as rabbitmq

from ..model import Permission, TopicPermission, User
from ..place import Place
from .scope import Scope


def declare_user(name: str, user: User, scope: Scope) -> rabbitmq.User:
    # Users belong to the broker, so their logical names have no vhost.
    logical_name = scope.place.logical_name(quote(name, safe=""))
    password = (
        _generated(logical_name, scope.seed.password(name), scope.place)
        if user.password is None
        else pulumi.Output.secret(user.password.get_secret_value())
    )
    scope.passwords[name] = password
    return rabbitmq.User(
        logical_name,
        name=name,
        password=password,
        tags=user.tags,
        opts=scope.options(logical_name, scope.claims.options("User", name)),
    )


def _generated(logical_name: str, password: str, place: Place) -> pulumi.Output[str]:
    """A password that is made once and then kept in the state as a secret."""
    name = f"{logical_name}/password"
    kept = pulumi.Stash(
        name,
        input=pulumi.Output.secret(password),
        # A later run may make another one; the first stays.
        opts=pulumi.ResourceOptions.merge(
            place.options(name, of_broker=False), pulumi.ResourceOptions(ignore_changes=["input"])
        ),
    )
    return pulumi.Output.secret(kept.output)


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
