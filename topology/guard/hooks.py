"""The guards as Pulumi resource hooks.

Hooks run right before the engine would delete a resource: taken out of the config, replaced or
destroyed, in previews too. A hook that raises stops the deletion, and what depends on it. The names
of hooks are kept in the state, where the engine looks them up when a resource is no longer
declared: **changing one leaves the resources of every stack without their guard.**
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pulumi

from ..hooks.command_line import Command
from ..hooks.engine_state import read_state
from ..hooks.hook_threads import HookThreads
from ..kind import Kind
from ..ownership import Cluster
from ..place import Place
from .at_start import judged
from .context import Guarding
from .deletion_protection import DeletionProtection
from .earlier_states import EARLIER
from .leaving import Leaving, Registered
from .policy_changes import PolicyChanges
from .refusal import Refusal
from .renamed import Judged, Renamed
from .veto import stay, veto, veto_or_delete

_QUEUE = "rabbitmq-topology:veto-queue"
_EXCHANGE = "rabbitmq-topology:veto-exchange"
_BINDING = "rabbitmq-topology:veto-binding"
_POLICY = "rabbitmq-topology:veto-policy"
_VHOST = "rabbitmq-topology:veto-vhost"
_PROTECTED = "rabbitmq-topology:veto-protected"
_RETAINED = "rabbitmq-topology:retained"

_TURNS = 20
"""Of the event loop: what the engine has answered is known after a few."""


Guard = Callable[[Guarding, Leaving], None]


class Declared:
    """What the program has declared so far: resources by their types and logical names."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._resources: dict[tuple[str, str], pulumi.Resource] = {}

    def add(self, resource: pulumi.Resource) -> None:
        key = resource.pulumi_resource_type, self._place.local_name(resource)
        self._resources[key] = resource

    async def registered(self, resource_type: str, name: str) -> Registered:
        """How far the program has come with a resource."""
        resource = self._resources.get((resource_type, name))
        if resource is None:
            return Registered.NOT
        urn = asyncio.ensure_future(resource.urn.future())
        for _ in range(_TURNS):
            if urn.done():
                return Registered.WHOLLY
            await asyncio.sleep(0)
        return Registered.PENDING


class Guards:
    """Options that put a resource under its guard."""

    def __init__(
        self,
        guarding: Guarding,
        cluster: Cluster,
        going: Callable[[str, str], None],
        threads: HookThreads,
        place: Place,
    ) -> None:
        """`going` is told the type and name of each queue and exchange that may be deleted."""
        self.guarding, self._cluster, self._going = guarding, cluster, going
        self.threads, self.place = threads, place
        self.declared = Declared(place)
        self.policy_changes = PolicyChanges(guarding, threads, place)
        self._renamed = Renamed(guarding, self._judge)
        self._protection = DeletionProtection(guarding)
        self._queue = self._hook(_QUEUE, veto_or_delete)
        self._exchange = self._hook(_EXCHANGE, veto_or_delete)
        self._binding = self._hook(_BINDING, veto)
        self._policy = self._hook(_POLICY, veto)
        self._vhost = self._hook(_VHOST, veto)
        # The engine looks at its protection after the hooks, so what is protected has one that
        # deletes nothing.
        self._protected = self._hook(_PROTECTED, veto)
        self._retained = self._hook(_RETAINED, stay)
        for name, guard in EARLIER.items():
            self._hook(name, guard)

    def queue(self, name: str, *, protect: bool) -> pulumi.ResourceOptions:
        retain = self.guarding.retention.queue(name)
        return self._options(self._queue, protect=protect, retain=retain)

    def exchange(self, name: str, *, protect: bool) -> pulumi.ResourceOptions:
        retain = self.guarding.retention.exchange(name)
        return self._options(self._exchange, protect=protect, retain=retain)

    def binding(self, source: str, kind: str, destination: str) -> pulumi.ResourceOptions:
        retain = self.guarding.retention.binding(source, kind, destination)
        return self._options(self._binding, retain=retain)

    def policy(self, name: str) -> pulumi.ResourceOptions:
        return self._options(self._policy, retain=self.guarding.retention.policy(name))

    def vhost(self, name: str, *, protect: bool) -> pulumi.ResourceOptions:
        retain = self.guarding.retention.vhost(name)
        return self._options(self._vhost, protect=protect, retain=retain)

    def _options(
        self, hook: pulumi.ResourceHook, *, protect: bool = False, retain: bool
    ) -> pulumi.ResourceOptions:
        chosen = self._retained if retain else self._protected if protect else hook
        return pulumi.ResourceOptions(
            protect=protect,
            retain_on_delete=retain,
            hooks=pulumi.ResourceHookBinding(before_delete=[chosen]),
        )

    def _hook(self, name: str, guard: Guard) -> pulumi.ResourceHook:
        async def before_delete(args: pulumi.ResourceHookArgs) -> None:
            self._cluster.refuse_deletion(args)
            await self.refuse_in_protected_vhost(args)
            await self._before_delete(args, guard)

        return self.place.hook(name, before_delete)

    async def refuse_in_protected_vhost(self, args: pulumi.ResourceHookArgs) -> None:
        """Raises `Refusal` before anything is deleted of a vhost that RabbitMQ would not delete."""
        registered = await self.declared.registered(args.type, args.name)
        kind = Kind.of_resource(args.type)
        assert kind is not None, args.type
        what = f"hook before deletion of {kind.words} {args.name}"
        properties = args.old_outputs or args.old_inputs or {}
        destroyed = registered is Registered.WHOLLY
        await self.threads.run(what, self._protection.refuse, kind, properties, destroyed)

    async def _before_delete(self, args: pulumi.ResourceHookArgs, guard: Guard) -> None:
        kind = Kind.of_resource(args.type)
        assert kind is not None, args.type
        registered = await self.declared.registered(args.type, args.name)
        leaving = Leaving(kind, args.old_outputs or args.old_inputs or {}, registered)
        if kind in (Kind.QUEUE, Kind.EXCHANGE):
            self._going(args.type.rsplit(":", 1)[-1], leaving.name)
        what = f"hook before deletion of {kind.words} {args.name}"
        # In a thread of the hooks' own: guards wait for the broker, and other hooks go on.
        try:
            await self.threads.run(what, self._ask, guard, leaving)
        except Refusal as refusal:
            raise await self._renamed.whole(leaving, refusal) from None

    def _ask(self, guard: Guard, leaving: Leaving) -> None:
        goes = leaving.kind is Kind.POLICY and guard is not stay
        if goes and not self.guarding.retention.policy(leaving.name):
            self.policy_changes.refuse_deletion(leaving.kind, leaving.properties)
        guard(self.guarding.of(leaving), leaving)

    async def _judge(self) -> Judged:
        """What is refused of all that this topology has in the state and would no longer have."""
        state = await read_state() or {}
        own = {urn: one for urn, one in state.items() if self.place.owns(urn)}
        what, command = "guards of what is in a vhost of another name", Command(destroys=False)
        return await self.threads.run(what, judged, self.guarding, own, command)
