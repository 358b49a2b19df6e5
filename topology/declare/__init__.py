"""From settled declarations to Pulumi resources. One kind of resource a file."""

from itertools import groupby
from operator import attrgetter

from ..expand.settings import Settled
from ..guard import Guards
from ..model import Topology
from ..ownership import Claims
from ..password_seed import PasswordSeed
from .access import declare_permission, declare_topic_permissions, declare_user
from .links import declare_federation_upstream, declare_shovel
from .logical_name import binding_name
from .pace import Pace
from .resources import (
    declare_binding,
    declare_exchange,
    declare_operator_policy,
    declare_policy,
    declare_queue,
    declare_vhost,
)
from .scope import Scope


async def declare(settled: Settled, guards: Guards, claims: Claims, seed: PasswordSeed) -> Scope:
    """Registers a resource for everything declared, what others depend on first."""
    topology, pace = settled.topology, Pace(guards)
    if claims.asked:
        await guards.policy_changes.begin()
    vhost = declare_vhost(topology, guards, claims)
    if vhost is not None:
        await pace.keep(vhost)
    scope = Scope(topology, vhost, guards, claims, seed)
    await _declare_policies(settled, scope, pace)
    if guards.policy_changes.at_stake:
        # What may be refused comes before all else, so that nothing was changed if it is.
        await pace.settle()
    await _declare_routes(settled, scope, pace)
    # A policy of an upstream that is yet to come federates from the moment that it is there.
    for name, upstream in topology.federation_upstreams.items():
        declared = declare_federation_upstream(name, upstream, scope)
        scope.others["FederationUpstream", name] = await pace.keep(declared)
    for name, shovel in topology.shovels.items():
        scope.others["Shovel", name] = await pace.keep(declare_shovel(name, shovel, scope))
    await _declare_users(topology, scope, pace)
    return scope


async def _declare_policies(settled: Settled, scope: Scope, pace: Pace) -> None:
    topology = settled.topology
    for name in sorted(settled.generated):
        declared = declare_policy(name, topology.policies[name], scope)
        scope.policies[name] = await pace.keep(declared)
    # A queue's own policy is in force before those change that it was under until now.
    own = list(scope.policies.values())
    for name, policy in topology.policies.items():
        if name not in settled.generated:
            declared = declare_policy(name, policy, scope, after=own)
            scope.policies[name] = await pace.keep(declared)
    for name, operator_policy in topology.operator_policies.items():
        operator = declare_operator_policy(name, operator_policy, scope)
        scope.others["OperatorPolicy", name] = await pace.keep(operator)


async def _declare_routes(settled: Settled, scope: Scope, pace: Pace) -> None:
    topology, applied = settled.topology, settled.applied
    for name, exchange in topology.exchanges.items():
        source = declare_exchange(name, exchange, scope, applied.get(("exchanges", name)))
        scope.exchanges[name] = await pace.keep(source)
    for name, queue in topology.queues.items():
        declared = declare_queue(name, queue, scope, applied.get(("queues", name)))
        scope.queues[name] = await pace.keep(declared)
    for binding in topology.bindings:
        logical_name = binding_name(topology.vhost.name, binding)
        route = declare_binding(logical_name, binding, scope)
        scope.bindings[logical_name] = await pace.keep(route)


async def _declare_users(topology: Topology, scope: Scope, pace: Pace) -> None:
    for name, user in topology.users.items():
        if not user.existing:
            scope.users[name] = await pace.keep(declare_user(name, user, scope))
    for permission in topology.permissions:
        declared = declare_permission(permission, scope)
        scope.others["Permissions", permission.user] = await pace.keep(declared)
    by_user = attrgetter("user")
    for user_name, entries in groupby(sorted(topology.topic_permissions, key=by_user), by_user):
        topics = declare_topic_permissions(user_name, list(entries), scope)
        scope.others["TopicPermissions", user_name] = await pace.keep(topics)


__all__ = ["Scope", "declare"]
