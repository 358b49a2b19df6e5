"""The guards as Pulumi resource hooks.

Hooks run right before the engine would delete a resource: taken out of the config, replaced or
destroyed, in previews too. A hook that raises stops the deletion, and what depends on it. The names
of hooks are kept in the state, where the engine looks them up when a resource is no longer
declared: **changing one leaves the resources of every stack without their guard.**
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pulumi

from topology.guard.binding import Registered, guard_binding
from topology.guard.context import Guarding
from topology.guard.exchange import guard_exchange
from topology.guard.policy import guard_policy
from topology.guard.protection import refuse_protected
from topology.guard.queue import guard_queue
from topology.guard.vhost import guard_vhost
from topology.kind import Kind
from topology.ownership import Cluster
from topology.ownership.contents import Object
from topology.place import Place
from topology.waits import HookThreads

Properties = Mapping[str, Any]
Guard = Callable[[str, Properties], None]
"""Takes the logical name and Pulumi's properties of the resource that is to go."""
Hook = Callable[[pulumi.ResourceHookArgs], Awaitable[None]]

_TURNS = 20
"""Of the event loop: what the engine has answered is known after a few."""


class Guards:
    """Options that put a resource under its guard."""

    def __init__(
        self,
        guarding: Guarding,
        cluster: Cluster,
        going: Callable[[str, str], None],
        goes: Callable[[Object], bool],
        threads: HookThreads,
        place: Place,
    ) -> None:
        """`going` is told the type and name of each queue and exchange that may be deleted; `goes`
        is whether this run has deleted an object, or in a preview would."""

        def hooked(name: str, hook: Hook) -> pulumi.ResourceOptions:
            async def before_delete(args: pulumi.ResourceHookArgs) -> None:
                cluster.refuse_deletion(args)
                await hook(args)

            return _hooked(place.hook(name, before_delete))

        def options(name: str, guard: Guard) -> pulumi.ResourceOptions:
            # In a thread of the hooks' own: guards wait for the broker, and other hooks go on.
            async def hook(args: pulumi.ResourceHookArgs) -> None:
                await threads.run(_what(args), guard, args.name, _properties(args))

            return hooked(name, hook)

        def queue(_: str, properties: Properties) -> None:
            guard_queue(guarding, properties["vhost"], properties["name"])
            going("Queue", properties["name"])

        def exchange(_: str, properties: Properties) -> None:
            guard_exchange(guarding, properties["vhost"], properties["name"])
            going("Exchange", properties["name"])

        def policy(_: str, properties: Properties) -> None:
            guard_policy(guarding, properties["vhost"], properties["name"])

        def vhost(_: str, properties: Properties) -> None:
            guard_vhost(guarding, properties["name"], goes)

        self.bindings: Mapping[str, pulumi.CustomResource] = {}
        """What the program has declared so far, by logical names."""
        self._guarding, self.threads, self.place = guarding, threads, place
        self.protected = pulumi.ResourceOptions.merge(
            options("rabbitmq-topology:protected", refuse_protected),
            pulumi.ResourceOptions(protect=True),
        )
        self.queue = options("rabbitmq-topology:delete-queue", queue)
        self.exchange = options("rabbitmq-topology:delete-exchange", exchange)
        self.binding = hooked("rabbitmq-topology:delete-binding", self._before_binding)
        self.policy = options("rabbitmq-topology:delete-policy", policy)
        self.vhost = options("rabbitmq-topology:delete-vhost", vhost)

    async def _before_binding(self, args: pulumi.ResourceHookArgs) -> None:
        registered = await _registered(self.bindings.get(args.name))
        await self.threads.run(
            _what(args), guard_binding, self._guarding, _properties(args), registered
        )


async def _registered(resource: pulumi.CustomResource | None) -> Registered:
    if resource is None:
        return Registered.NOT
    urn = asyncio.ensure_future(resource.urn.future())
    for _ in range(_TURNS):
        if urn.done():
            return Registered.WHOLLY
        await asyncio.sleep(0)
    return Registered.PENDING


def _what(args: pulumi.ResourceHookArgs) -> str:
    kind = Kind.of_resource(args.type)
    return f"hook before deletion of {kind.words if kind else args.type} {args.name}"


def _properties(args: pulumi.ResourceHookArgs) -> Properties:
    return args.old_outputs or args.old_inputs or {}


def _hooked(hook: pulumi.ResourceHook) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(
        # The guard deletes, if nothing is lost; the engine and the provider never do.
        retain_on_delete=True,
        hooks=pulumi.ResourceHookBinding(before_delete=[hook]),
    )


def guarded(
    guards: Guards, guard: pulumi.ResourceOptions, *, protect: bool
) -> pulumi.ResourceOptions:
    """An object's guard; what is protected has protection in its place."""
    if protect:
        return guards.protected
    return pulumi.ResourceOptions.merge(guard, pulumi.ResourceOptions(protect=False))
