"""Whether the broker is the one that the state was made with.

RabbitMQ gives each cluster an id when it is made, which its nodes and its exports keep. A stack's
outputs say to which cluster it was applied. On another one, what the state tells of may be
of another owner: there, nothing that exists is changed or deleted without consent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

import pulumi

from ..hooks.engine_state import read_outputs
from ..kind import Kind
from .takeover import Foreign

OUTPUT: Final = "cluster_id"
"""The stack's output that keeps it."""

LOOK: Final = "--refresh --run-program"
"""Looks at the broker of the config first; without the second, at the one that the state names."""


class Cluster:
    """The cluster of this run, and the one of the last."""

    def __init__(self, here: str | None = None, *, adopt: bool = False) -> None:
        """`here` is the broker's, if it was asked; `adopt`: all that is there may be taken over."""
        self._here, self._adopt = here, adopt
        self._before: str | None = None

    async def recall(self) -> None:
        """Learns from the stack's outputs which cluster its state was made with."""
        if self._here is None:
            return
        self._before = (await read_outputs()).get(OUTPUT)

    @property
    def here(self) -> str | None:
        return self._here

    def was(self, before: str | None) -> None:
        """Says with which cluster the state was made."""
        self._before = before

    @property
    def another(self) -> bool:
        """Whether the broker is known to be another one."""
        known = self._here is not None and self._before is not None
        return known and self._here != self._before

    @property
    def foreign(self) -> bool:
        """Whether it is another one, and may not be taken over."""
        return self.another and not self._adopt

    @property
    def warning(self) -> str:
        """What to tell at the start of a run where it is foreign."""
        return (
            f"The state of this stack was made with another broker (cluster id {self._before}; "
            f"here it is {self._here}). Nothing that exists here is changed or deleted. If this "
            f"broker is right, adopt: true makes it the stack's; give any other a stack of its own."
        )

    def refuse_deletion(self, args: pulumi.ResourceHookArgs) -> None:
        """Raises `Foreign` if it is foreign: the object may be another's of the same name."""
        if not self.foreign:
            return
        kind = Kind.of_resource(args.type)
        name = (args.old_inputs or {}).get("name") or args.name
        raise Foreign(
            f"{kind.words if kind else args.type} {name} is not deleted: the state of this stack "
            f"was made with another broker.\n"
            f"  Options:\n"
            f"  - give this broker a stack of its own, or point rabbitmq:endpoint to the stack's\n"
            f"  - if this broker takes the place of the other, add {LOOK} to forget what "
            f"is not there, and declare adopt: true for one run to take over what is"
        )

    def output(self, made: Callable[[], Awaitable[bool]] | None) -> dict[str, pulumi.Input[Any]]:
        """What the next run will recall.

        A foreign cluster becomes the stack's if nothing that is declared was there before. Then
        `made` tells whether all of it is now; it may raise, and Pulumi keeps the outputs it has.
        """
        if self._here is None:
            return {}
        if not self.foreign:
            return {OUTPUT: self._here}
        if made is None:
            return {OUTPUT: self._before}
        return {OUTPUT: pulumi.Output.from_input(self._next(made))}

    async def _next(self, made: Callable[[], Awaitable[bool]]) -> str | None:
        return self._here if await made() else self._before
