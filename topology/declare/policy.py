"""Policy and operator policy resources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_rabbitmq as rabbitmq

from ..kind import Kind
from ..model import OperatorPolicy, Policy
from ..model.policy_definition import Definition
from .scope import Scope


def declare_policy(
    name: str, policy: Policy, scope: Scope, after: Sequence[pulumi.Resource] = ()
) -> rabbitmq.Policy:
    return rabbitmq.Policy(
        scope.logical_name(name),
        name=name,
        vhost=scope.vhost_name,
        policy=rabbitmq.PolicyPolicyArgs(
            pattern=policy.pattern,
            priority=policy.priority,
            apply_to=policy.apply_to,
            definition=_texts(policy.definition),
        ),
        opts=scope.options(
            scope.logical_name(name),
            scope.guards.policy(name),
            scope.claims.options("Policy", name),
            scope.guards.policy_changes.options(Kind.POLICY),
            pulumi.ResourceOptions(depends_on=after),
        ),
    )


def declare_operator_policy(
    name: str, policy: OperatorPolicy, scope: Scope
) -> rabbitmq.OperatorPolicy:
    return rabbitmq.OperatorPolicy(
        scope.logical_name(name),
        name=name,
        vhost=scope.vhost_name,
        policy=rabbitmq.OperatorPolicyPolicyArgs(
            pattern=policy.pattern,
            priority=policy.priority,
            apply_to=policy.apply_to,
            definition=_texts(policy.definition),
        ),
        opts=scope.options(
            scope.logical_name(name),
            scope.claims.options("OperatorPolicy", name),
            scope.guards.policy_changes.options(Kind.OPERATOR_POLICY),
        ),
    )


def _texts(definition: Definition) -> dict[str, str]:
    # The provider takes text, and sends as a number what looks like one.
    return {key: _text(value) for key, value in definition.values().items()}


def _text(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)
