"""Where a topology stands in its program: it is the stack's own, or that of a component."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from .hooks.router import ROOT, Hook, HookRouter, Owner, parent_urn


@dataclass(frozen=True, slots=True)
class Place:
    """Gives resources their logical names, their parent and provider, and their hooks."""

    owner: Owner
    router: HookRouter
    component: pulumi.ComponentResource | None = None
    provider: pulumi.ProviderResource | None = None
    """Of the component; the stack program uses Pulumi's default provider."""
    unasked: bool = False
    """Whether the broker is not known yet, as in a preview before it is made: nothing can be asked
    about what is to be deleted."""

    @classmethod
    def of_stack(cls, vhost: str) -> Place:
        return cls(Owner(ROOT, vhost), HookRouter.of_program())

    def logical_name(self, name: str) -> str:
        """The name of the resource that the stack program would call `name`.

        The name of a component leads, so that two of them may declare one vhost, each on a broker
        of its own: URNs have the types of parents, not their names.
        """
        return f"{self._prefix}{name}"

    def owns(self, urn: str) -> bool:
        """Whether a resource of the state was declared here."""
        return parent_urn(urn) == self.owner.urn

    def local_name(self, resource: pulumi.Resource) -> str:
        """The logical name that the stack program would give it."""
        return resource.pulumi_resource_name.removeprefix(self._prefix)

    def options(self, logical_name: str, *, of_broker: bool = True) -> pulumi.ResourceOptions:
        """`of_broker`: whether it is a resource of the RabbitMQ provider."""
        if self.component is None:
            return pulumi.ResourceOptions()
        # What the stack program has declared stays the same resource under a component. Otherwise
        # it would be created, which changes nothing on the broker, and then the old one deleted.
        name = logical_name.removeprefix(self._prefix)
        return pulumi.ResourceOptions(
            parent=self.component,
            provider=self.provider if of_broker else None,
            aliases=[pulumi.Alias(name=name, parent=pulumi.ROOT_STACK_RESOURCE)],
        )

    def hook(self, name: str, function: Hook) -> pulumi.ResourceHook:
        """`name` is kept in the state, as in `rabbitmq-topology:veto-queue`."""

        async def local(args: pulumi.ResourceHookArgs) -> None:
            if not self.unasked:
                await function(self._local(args))

        return self.router.hook(name, self.owner, local)

    @property
    def _prefix(self) -> str:
        return f"{self.component.pulumi_resource_name}/" if self.component else ""

    def _local(self, args: pulumi.ResourceHookArgs) -> pulumi.ResourceHookArgs:
        if self.component is None:
            return args
        return pulumi.ResourceHookArgs(
            args.urn,
            args.id,
            args.name.removeprefix(self._prefix),
            args.type,
            args.new_inputs,
            args.old_inputs,
            args.new_outputs,
            args.old_outputs,
        )
