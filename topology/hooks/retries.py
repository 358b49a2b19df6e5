"""Tries again what a cluster has refused because its nodes did not all know of a change yet."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pulumi
from pulumi.runtime import settings
from pulumi.runtime.proto import resource_pb2

from ..kind import Kind
from .lag import Lag, lag
from .pending import Pending
from .unanswered import Unanswered

DELAYS: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0)
"""Seconds before each further try. Nodes of a cluster at rest agree within milliseconds, and a node
takes some seconds to leave or to come back."""

_RETRY: Final = "rabbitmq-topology:retry"
"""States keep this name: the engine looks up there what a resource is hooked to."""

Sleep = Callable[[float], Awaitable[None]]


class Retries:
    """The error hook of one run of a program.

    One object that no try has brought through is enough: all others end with their own errors then,
    so that a run ends within half a minute, however many objects it has.
    """

    def __init__(
        self,
        pending: Pending,
        unanswered: Unanswered,
        sleep: Sleep = asyncio.sleep,
        report: Callable[[str], None] = pulumi.log.error,
    ) -> None:
        """`report` is told of the object that no try has brought through."""
        self._pending, self._unanswered = pending, unanswered
        self._sleep, self._report = sleep, report
        self._hooks: list[pulumi.ErrorHook] | None = None
        self._deleted: set[str] = set()
        self._given_up = False

    def binding(self) -> dict[str, Any]:
        """For `pulumi.ResourceHookBinding`; empty with a CLI or SDK that has no error hooks."""
        if self._hooks is None:
            self._hooks = [pulumi.ErrorHook(_RETRY, self.on_error)] if _supported() else []
        return {"on_error": self._hooks} if self._hooks else {}

    def deleted(self, urn: str) -> None:
        """Notes that this run deletes a resource, to which a new one may follow."""
        self._deleted.add(urn)

    async def on_error(self, args: pulumi.ErrorHookArgs) -> bool:
        """Whether the engine is to try again. After the last try it shows the provider's error; an
        error of the hook it would leave out where the object was made and not read."""
        found = lag(args.failed_operation, args.errors[0], replaced=args.urn in self._deleted)
        if args.failed_operation == "delete":
            self._unanswered.deletion_fails(args)
        if found is None or self._given_up:
            return False
        tries, name = len(args.errors), _named(args)
        if tries > len(DELAYS):
            self._given_up = True
            self._report(_message(name, tries, found, args.errors[0]))
            return False
        with self._pending.waiting_for(f"try {tries + 1} of {len(DELAYS) + 1} to make {name}"):
            await self._sleep(DELAYS[tries - 1])
        return not self._given_up


def _supported() -> bool:
    feature = getattr(resource_pb2, "RESOURCE_MONITOR_FEATURE_ERROR_HOOKS", None)
    return feature is not None and settings.monitor_supports_feature(feature)


def _named(args: pulumi.ErrorHookArgs) -> str:
    kind = Kind.of_resource(args.type)
    inputs = args.new_inputs or args.old_inputs or {}
    name = inputs.get("name") or inputs.get("user") or args.name
    return f"{kind.words if kind else args.type} {name}"


def _message(name: str, tries: int, found: Lag, error: str) -> str:
    return (
        f"{name}: {found.value}, in each of {tries} tries within {sum(DELAYS):.0f} seconds. "
        f"Likely cause: {found.cause}. The last error: {error}"
    )
