"""Resource hooks of a program in which there may be several topologies.

The engine takes each name of a hook once, and the names are kept in states. So there is one hook of
each name in a program. It finds out by the URN of the resource which topology that belongs to, and
runs the function that this one has under the name.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime import get_root_resource

from ..kind import Kind
from .hook_threads import HookThreads
from .pending import Pending
from .refusals import Refusals, Refused
from .retries import Retries
from .unanswered import Unanswered

Hook: TypeAlias = Callable[[pulumi.ResourceHookArgs], Awaitable[None]]

ROOT: Final = ""
"""Stands for the URN of the parent of what the stack program declares."""


class Unowned(Refused):
    """No topology of this program may decide about the resource. It stays."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A topology of the program."""

    urn: str
    """Of its component; `ROOT` for the stack program."""
    vhost: str
    declared: set[tuple[str, str]] = field(default_factory=set)
    """Types, and logical names as the stack program gives them, of what this run has declared."""


class HookRouter:
    """The hooks of one run of a program."""

    def __init__(self, *, hosted: bool = False) -> None:
        """`hosted` in a provider's process: that has no end of a program at which a preview with
        refusals could fail, so the first refusal fails it."""
        self._hooks: dict[str, pulumi.ResourceHook] = {}
        self._functions: dict[str, dict[str, Hook]] = {}
        self._owners: dict[str, Owner] = {}
        self._vhosts: dict[tuple[object, str], str] = {}
        self.threads = HookThreads(Pending())
        """For all that waits for a broker."""
        self._refusals = Refusals(preview=pulumi.runtime.is_dry_run() and not hosted)
        self._unanswered = Unanswered.of_run()
        self.retries = Retries(self.threads.pending, self._unanswered)
        self.watched = False
        """Whether a run in which nothing moves is reported."""
        self.refused = False
        """Whether a topology of this program was refused: then none is declared."""

    def take(self, broker: object, vhost: str, name: str) -> str | None:
        """Notes that topology `name` declares a vhost on a broker. Returns the name of another one
        that does, if there is one."""
        other = self._vhosts.setdefault((broker, vhost), name)
        return None if other == name else other

    @classmethod
    def of_program(cls) -> HookRouter:
        """The one that all topologies of the running program share."""
        root = get_root_resource()
        if _HOSTED.on:
            # The engine starts a process for each run; a component in it has no root.
            preview = pulumi.runtime.is_dry_run()
            if preview not in _HOSTED.routers:
                _HOSTED.routers[preview] = cls(hosted=True)
            return _HOSTED.routers[preview]
        if root is None:
            return cls()
        if root not in _ROUTERS:
            _ROUTERS[root] = cls()
        return _ROUTERS[root]

    def hook(self, name: str, owner: Owner, function: Hook) -> pulumi.ResourceHook:
        """The hook of this name, which calls `function` for the resources of `owner`."""
        self._owners[owner.urn] = owner
        self._functions.setdefault(name, {})[owner.urn] = function
        if name not in self._hooks:
            self._hooks[name] = self._made(name)
        return self._hooks[name]

    def _made(self, name: str) -> pulumi.ResourceHook:
        async def run(args: pulumi.ResourceHookArgs) -> None:
            deletes = args.new_inputs is None
            try:
                await self._run(name, args)
            except Exception:
                if deletes:
                    self._unanswered.deletion_fails(args)
                raise
            if deletes:
                self.retries.deleted(args.urn)

        return pulumi.ResourceHook(name, run, pulumi.ResourceHookOptions(on_dry_run=True))

    async def _run(self, name: str, args: pulumi.ResourceHookArgs) -> None:
        try:
            function = self._functions[name].get(self._owner(args).urn)
            if function is not None:
                await function(args)
        except Refused as refusal:
            self._refusals.refuse(args.urn, refusal)

    def _owner(self, args: pulumi.ResourceHookArgs) -> Owner:
        parent = parent_urn(args.urn)
        if parent in self._owners:
            return self._owners[parent]
        if parent != ROOT:
            raise Unowned(_gone(args, parent.rpartition("::")[2]))
        # The stack program has made it, and this program has components in its place.
        vhost = _vhost(args)
        owners = [one for one in self._owners.values() if vhost in (None, one.vhost)]
        if len(owners) != 1:
            raise Unowned(_left(args, "no Topology" if not owners else "more than one Topology"))
        if (args.type, args.name) in owners[0].declared:
            raise Unowned(_moving(args))
        return owners[0]


@dataclass(slots=True)
class Hosted:
    on: bool = False
    routers: dict[bool, HookRouter] = field(default_factory=dict)
    """Of the preview and of the update."""


_HOSTED: Final = Hosted()


def host() -> None:
    """From here on, components are those of programs that this process serves as a provider."""
    _HOSTED.on = True


_ROUTERS: WeakKeyDictionary[pulumi.Resource, HookRouter] = WeakKeyDictionary()


def parent_urn(urn: str) -> str:
    """The URN of the component that a resource of a topology belongs to, or `ROOT`.

    A URN has the types of the parents, and no names. The logical name begins with the one of the
    component.
    """
    head, project, types, name = urn.split("::", 3)
    parents, _, _ = types.rpartition("$")
    return f"{head}::{project}::{parents}::{name.partition('/')[0]}" if parents else ROOT


def _vhost(args: pulumi.ResourceHookArgs) -> str | None:
    """The vhost of an object; None where it has none."""
    properties: Mapping[str, Any] = args.old_outputs or args.old_inputs or {}
    kind = Kind.of_resource(args.type)
    if kind is Kind.USER:
        return None
    found = properties.get("name" if kind is Kind.VHOST else "vhost")
    return found if isinstance(found, str) else None


def _called(args: pulumi.ResourceHookArgs) -> str:
    kind = Kind.of_resource(args.type)
    return f"{kind.words if kind else args.type} {args.name}"


def _gone(args: pulumi.ResourceHookArgs, component: str) -> str:
    return (
        f"{_called(args)} is not deleted: Topology {component} is not declared any more, so the "
        f"broker cannot be asked what would be lost.\n"
        f"  Options:\n"
        f"  - declare it again; to delete what is in it, destroy it while it is declared: "
        f"pulumi destroy --run-program --target URN --target-dependents\n"
        f"  - if it was renamed, declare the old name: "
        f'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="{component}")])'
    )


def _left(args: pulumi.ResourceHookArgs, found: str) -> str:
    return (
        f"{_called(args)} is not deleted: it was declared outside of a Topology component, and "
        f"{found} of this program is for its vhost, so the broker cannot be asked.\n"
        f"  Options:\n"
        f"  - declare one Topology with this vhost first, and apply that"
    )


def _moving(args: pulumi.ResourceHookArgs) -> str:
    return (
        f"{_called(args)} is not deleted: a Topology component declares the same object.\n"
        f"  Options:\n"
        f"  - apply the move into the component first, and change the object after that"
    )
