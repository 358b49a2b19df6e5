"""Claims as Pulumi resource hooks: asked right before something is created, in previews too."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import pulumi

from ..broker import BrokerReader
from ..hooks.hook_threads import HookThreads
from ..place import Place
from .absence import Absence, Named
from .cluster import Cluster
from .contents import Object
from .inventory import Inventory
from .objects import Claim
from .takeover import others_in, take_over

_CREATE = "rabbitmq-topology:create"
_UPDATE = "rabbitmq-topology:update"
_REPLACE = "rabbitmq-topology:replace"
"""States keep these names: the engine looks up there what a resource is hooked to."""

_VHOST = "VHost"
_GUARDED = ("Queue", "Exchange", "Binding")
"""Guards report each queue and exchange that may go; a binding never keeps another object."""


class Claims:
    """Options that let nothing be created over what exists.

    Most objects do not exist when a stack is made, and are not created when they do; so only what
    the broker has already is asked about again when it is to be created.
    """

    def __init__(
        self,
        claims: Iterable[Claim],
        inventory: Inventory,
        reader: BrokerReader,
        cluster: Cluster,
        threads: HookThreads,
        place: Place,
    ) -> None:
        self._reader, self.cluster, self._threads = reader, cluster, threads
        self.asked = inventory.asked
        """Whether the broker could be asked what it has."""
        self.absence = Absence(inventory)
        declared = {(claim.resource, claim.name): claim for claim in claims}
        self._declared = declared.keys()
        self._claims = {key: claim for key, claim in declared.items() if inventory.has(claim)}
        self._replaced: set[tuple[str, str]] = set()
        self._retries = place.router.retries
        self.before_deletion: Callable[[pulumi.ResourceHookArgs], Awaitable[None]] | None = None
        """What else may refuse the deletion of any object."""
        self._create = place.hook(_CREATE, self._before_create)
        self._update = place.hook(_UPDATE, self._before_update)
        self._replace = place.hook(_REPLACE, self._before_delete)

    @property
    def has_existing(self) -> bool:
        """Whether the broker had any of what is declared when the run began."""
        return bool(self._claims)

    def options(self, kind: str, name: str) -> pulumi.ResourceOptions:
        exists = (kind, name) in self._claims
        asked = exists or self.absence.notes(kind, name)
        hooks = pulumi.ResourceHookBinding(
            before_create=[self._create] if asked else [],
            before_update=[self._update] if exists and self.cluster.foreign else [],
            # The engine runs what the state of the last run says, so this is always there.
            before_delete=[] if kind in _GUARDED else [self._replace],
            **self._retries.binding(),
        )
        return pulumi.ResourceOptions(hooks=hooks)

    def going(self, kind: str, name: str) -> None:
        """Says that this run deletes the object, as a preview cannot see by asking the broker."""
        self._replaced.add((kind, name))

    def goes(self, one: Object) -> bool:
        """Whether this run deletes an object, as far as it has come."""
        kind, name = one
        return (kind.resource, name) in self._replaced

    def output(
        self, resources: Iterable[tuple[Named, pulumi.CustomResource]]
    ) -> dict[str, pulumi.Input[Any]]:
        """The output that tells the next run which broker this state was made with."""
        declared = list(resources)

        async def made() -> bool:
            await asyncio.gather(*(resource.id.future() for _, resource in declared))
            return not await self.absence.left(declared)

        return self.cluster.output(None if self._claims else made)

    async def _before_delete(self, args: pulumi.ResourceHookArgs) -> None:
        """What goes first does not stand in the way of its replacement."""
        self.going(*_called(args.type, args.name, args.old_inputs or {}))
        self.cluster.refuse_deletion(args)
        if self.before_deletion is not None:
            await self.before_deletion(args)

    async def _before_create(self, args: pulumi.ResourceHookArgs) -> None:
        kind, name = _called(args.type, args.name, args.new_inputs or {})
        self.absence.ends(kind, name)
        if (kind, name) not in self._replaced:
            await self._take_over(kind, name, args.new_inputs or {})

    async def _before_update(self, args: pulumi.ResourceHookArgs) -> None:
        inputs = args.new_inputs or {}
        await self._take_over(*_called(args.type, args.name, inputs), inputs)

    async def _take_over(self, kind: str, name: str, inputs: Mapping[str, Any]) -> None:
        claim = self._claims.get((kind, name))
        if claim is None:
            return
        password = await _known(inputs.get("password"))
        what = f"hook before creation or update of {claim.resource} {claim.name}"
        note = await self._threads.run(what, take_over, claim, password, self._reader)
        if note:
            pulumi.log.info(note)
        if kind == _VHOST:
            declares = self._declared.__contains__
            others = await self._threads.run(what, others_in, name, declares, self._reader)
            if others:
                pulumi.log.warn(others)


def _called(resource_type: str, logical_name: str, inputs: Mapping[str, Any]) -> tuple[str, str]:
    """Kind and name of the object on the broker that a resource stands for."""
    kind = resource_type.rsplit(":", 1)[-1]
    if kind == "Binding":
        return kind, logical_name
    return kind, inputs["user" if kind.endswith("Permissions") else "name"]


async def _known(value: Any) -> str | None:
    """A plain value: secrets come as outputs, and in a preview some are not known yet."""
    if isinstance(value, pulumi.Output):
        value = await value.future(with_unknowns=False)
    return value if isinstance(value, str) else None
