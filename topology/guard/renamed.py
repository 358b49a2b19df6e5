"""A stack whose vhost has another name: RabbitMQ cannot rename one, so all that is in the old vhost
would go. What stands in the way of that is one refusal, not one for each object."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from ..kind import Kind
from .context import Guarding
from .leaving import Leaving
from .refusal import CODE, Going, Refusal, renamed

Judged: TypeAlias = Sequence[tuple[Leaving, Refusal]]


def together(guarding: Guarding, found: Judged) -> list[Refusal]:
    """The refusals, in which those of a vhost that was renamed are one. Each comes once."""
    of_renamed: dict[str, dict[str, Refusal]] = {}
    others: dict[str, Refusal] = {}
    for leaving, refusal in found:
        if refusal.reason is None or not _is_renamed(guarding, leaving):
            others.setdefault(str(refusal), refusal)
        else:
            of_renamed.setdefault(leaving.vhost, {}).setdefault(str(refusal), refusal)
    new = guarding.topology.vhost.name
    wholes = (
        renamed(old, new, [one.reason for one in refusals.values() if one.reason])
        for old, refusals in of_renamed.items()
    )
    return [*wholes, *others.values()]


def _is_renamed(guarding: Guarding, leaving: Leaving) -> bool:
    # A user is in no vhost.
    return leaving.kind is not Kind.USER and (
        guarding.of(leaving).going(Kind.VHOST, leaving.vhost, leaving.vhost) is Going.RENAMED
    )


class Renamed:
    """What the hooks of one run refuse in vhosts that the stack no longer declares."""

    def __init__(self, guarding: Guarding, judge: Callable[[], Awaitable[Judged]]) -> None:
        """`judge` tells what is refused of all that the run would delete."""
        self._guarding, self._judge = guarding, judge
        self._told: set[str] = set()
        self._judged: asyncio.Task[Judged] | None = None

    async def whole(self, leaving: Leaving, refusal: Refusal) -> Refusal:
        """The refusal of all of the vhost that `refusal` is a part of; `refusal` itself where it is
        not, or where not all that goes is known."""
        if refusal.reason is None or not _is_renamed(self._guarding, leaving):
            return refusal
        if self._judged is None:
            self._judged = asyncio.ensure_future(self._judge())
        found = [one for one in await self._judged if one[0].vhost == leaving.vhost]
        told = [one.reason[:2] for _, one in found if one.reason]
        if refusal.reason[:2] not in told:
            return refusal
        if leaving.vhost in self._told and not self._guarding.preview:
            return Refusal(f"{CODE} {_called(leaving)} is not deleted either")
        self._told.add(leaving.vhost)
        return together(self._guarding, found)[0]


def _called(leaving: Leaving) -> str:
    kind, properties = leaving.kind, leaving.properties
    if kind is Kind.BINDING:
        return f"the binding from exchange {properties['source']} to {properties['destination']}"
    return f"{kind.words} {leaving.name}"
