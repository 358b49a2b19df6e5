"""User resources, and the passwords that are generated for them."""

from __future__ import annotations

from urllib.parse import quote

import pulumi
import pulumi_rabbitmq as rabbitmq

from topology.declare.options import options
from topology.declare.scope import Scope
from topology.model import User


def declare_user(name: str, user: User, scope: Scope) -> rabbitmq.User:
    # Users belong to the broker, so their logical names have no vhost.
    logical_name = quote(name, safe="")
    password = (
        _generated(logical_name, scope.seed.password(name))
        if user.password is None
        else pulumi.Output.secret(user.password.get_secret_value())
    )
    scope.passwords[name] = password
    return rabbitmq.User(
        logical_name,
        name=name,
        password=password,
        tags=user.tags,
        opts=options(scope.claims.options("User", name)),
    )


def _generated(logical_name: str, password: str) -> pulumi.Output[str]:
    """A password that is made once and then kept in the state as a secret."""
    kept = pulumi.Stash(
        f"{logical_name}/password",
        input=pulumi.Output.secret(password),
        # A later run may make another one; the first stays.
        opts=pulumi.ResourceOptions(ignore_changes=["input"]),
    )
    return pulumi.Output.secret(kept.output)
