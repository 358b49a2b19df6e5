"""User resources, and the passwords that are generated for them."""

from __future__ import annotations

from urllib.parse import quote

import pulumi
import pulumi_rabbitmq as rabbitmq

from ..model import User
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
