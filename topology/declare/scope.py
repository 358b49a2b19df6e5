"""What has been declared so far, for what comes after it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

import pulumi
import pulumi_rabbitmq as rabbitmq

from ..guard import Guards
from ..model import Topology
from ..ownership import Claims
from ..password_seed import PasswordSeed
from ..place import Place
from .logical_name import logical_name
from .options import options


@dataclass(frozen=True, slots=True)
class Scope:
    """A vhost and its resources by name.

    Resources refer to each other by these resources' `name` outputs, never by a literal name: only
    so does Pulumi see that a binding depends on its queue and has to be made again with it.
    """

    topology: Topology
    """Settled: what is declared, and the stack-wide settings."""
    vhost: rabbitmq.VHost | None
    """None for one that exists already where the broker is not asked."""
    guards: Guards
    claims: Claims
    seed: PasswordSeed
    exchanges: dict[str, rabbitmq.Exchange] = field(default_factory=dict)
    queues: dict[str, rabbitmq.Queue] = field(default_factory=dict)
    bindings: dict[str, rabbitmq.Binding] = field(default_factory=dict)
    """By logical name: RabbitMQ gives them none."""
    policies: dict[str, rabbitmq.Policy] = field(default_factory=dict)
    users: dict[str, rabbitmq.User] = field(default_factory=dict)
    others: dict[tuple[str, str], pulumi.CustomResource] = field(default_factory=dict)
    """What no other resource refers to, by type and name."""
    passwords: dict[str, pulumi.Output[str]] = field(default_factory=dict)
    """Secrets, by username."""

    def resources(self) -> Iterator[tuple[tuple[str, str], pulumi.CustomResource]]:
        """Every RabbitMQ resource, by its type and the name on the broker."""
        if self.vhost is not None:
            yield ("VHost", self.topology.vhost.name), self.vhost
        for kind, resources in (
            ("Exchange", self.exchanges),
            ("Queue", self.queues),
            ("Binding", self.bindings),
            ("Policy", self.policies),
            ("User", self.users),
        ):
            for name, resource in resources.items():
                yield (kind, name), resource
        yield from self.others.items()

    async def answered(self) -> None:
        """Returns when the engine has answered each registration, or they have failed.

        Until then the engine calls hooks, which a program that has ended does not run. What the
        program has to report comes before: the engine may end the run when something fails.
        """
        urns = (resource.urn.future() for _, resource in self.resources())
        await asyncio.gather(*urns, return_exceptions=True)

    @property
    def vhost_name(self) -> pulumi.Input[str]:
        """The vhost's name output; a plain name where no resource stands for it."""
        return self.topology.vhost.name if self.vhost is None else self.vhost.name

    @property
    def place(self) -> Place:
        return self.guards.place

    def logical_name(self, *parts: str) -> str:
        return self.place.logical_name(logical_name(self.topology.vhost.name, *parts))

    def options(self, name: str, *own: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
        """Options of the resource with this logical name; `own` are its alone."""
        return options(self.place.options(name), *own)

    def protects(self, *, own: bool | None) -> bool:
        """By the object's own word, or else the stack's."""
        return self.topology.protect if own is None else own

    def exchange(self, name: str) -> pulumi.Input[str]:
        """The exchange's name output; a plain name for those that RabbitMQ makes itself."""
        return self.exchanges[name].name if name in self.exchanges else name

    def queue(self, name: str) -> pulumi.Input[str]:
        return self.queues[name].name

    def user(self, name: str) -> pulumi.Input[str]:
        """The user's name output; a plain name for those that exist already."""
        return self.users[name].name if name in self.users else name

    def after_policy(self, policy: str | None) -> pulumi.ResourceOptions:
        """A queue or exchange comes after the policy that applies to it, and goes before it, so
        that it is never without its settings."""
        return pulumi.ResourceOptions(depends_on=[self.policies[policy]] if policy else [])
