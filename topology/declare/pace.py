"""How many resources are registered at a time.

Each registration that is under way costs every other one a little: the SDK looks through all
outputs that are not there yet whenever one has come. With thousands at a time that grows with the
square of their number.
"""

from __future__ import annotations

import asyncio
from typing import Final, TypeVar

import pulumi

from ..guard import Guards
from ..kind import Kind

AT_A_TIME: Final = 64
"""More than the engine carries out at a time by default, so that it never waits for the program."""

_TOLD_EVERY: Final = 500
"""Resources from one word on progress to the next."""

_R = TypeVar("_R", bound=pulumi.Resource)


class Pace:
    """Holds the program back while the engine has enough to do."""

    def __init__(self, guards: Guards) -> None:
        """`guards` are told of each registration, and when the engine has answered it."""
        self._guards, self._kept = guards, 0
        self._under_way: set[asyncio.Task[None]] = set()

    async def keep(self, resource: _R) -> _R:
        """Takes note of a resource that was just registered; returns when another may be."""
        self._guards.declared.add(resource)
        self._kept += 1
        if self._kept % _TOLD_EVERY == 0:
            # Beside the stack's name on a terminal, until the next message.
            pulumi.log.info(f"{self._kept:,} resources declared", ephemeral=True)
        # What fails is told by the SDK; here it is only no longer under way.
        self._under_way.add(asyncio.ensure_future(self._registered(resource)))
        while len(self._under_way) >= AT_A_TIME:
            _, self._under_way = await asyncio.wait(
                self._under_way, return_when=asyncio.FIRST_COMPLETED
            )
        return resource

    async def settle(self) -> None:
        """Returns when the engine has answered all that was registered."""
        if self._under_way:
            _, self._under_way = await asyncio.wait(self._under_way)

    async def _registered(self, resource: pulumi.Resource) -> None:
        kind = Kind.of_resource(resource.pulumi_resource_type)
        words = kind.words if kind else resource.pulumi_resource_type
        what = f"registration of {words} {resource.pulumi_resource_name}"
        with self._guards.threads.pending.waiting_for(what):
            await resource.urn.future()
