"""What is declared, not on the broker, and not created either: the state tells of it, wrongly.

So it is after a destroy that was killed without checkpoints, and after it was deleted
something by hand. Pulumi compares declarations with its state, so it says "unchanged" of such an
object, and only a refresh shows that it is gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

import pulumi

from ..kind import Kind
from .cluster import LOOK
from .inventory import Inventory

Named = tuple[str, str]
"""Type of a resource, as in `Queue`, and the name on the broker; a binding's is its resource's."""

_SHOWN: Final = 5
"""Names in a message; of more, only the number is told."""


class Absence:
    """Follows what a run declares and the broker has not, until it is created."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._open: dict[Named, None] = {}

    def notes(self, kind: str, name: str) -> bool:
        """Says that an object is declared; whether it is absent."""
        absent = self._inventory.lacks(kind, name)
        if absent:
            self._open[kind, name] = None
        return absent

    def ends(self, kind: str, name: str) -> None:
        """Says that the object is about to be created."""
        self._open.pop((kind, name), None)

    async def left(self, resources: Iterable[tuple[Named, pulumi.CustomResource]]) -> list[Named]:
        """What is absent and stays so, once the engine has answered for all `resources`.

        What the engine leaves out, as with `--target`, has no id.
        """
        asked = [(named, resource) for named, resource in resources if named in self._open]
        # What fails has no id either, and is shown by the SDK.
        ids = await asyncio.gather(
            *(resource.id.future() for _, resource in asked), return_exceptions=True
        )
        known = (
            named
            for (named, _), found in zip(asked, ids, strict=True)
            if isinstance(found, str) and found
        )
        return [named for named in known if named in self._open]


def wrongly_unchanged(absent: list[Named], *, another: bool) -> str:
    """What to tell of `absent`, which is not empty; `another`: the broker is not the one that the
    state was made with."""
    shown = ", ".join(_called(*named) for named in absent[:_SHOWN])
    more = f" and {len(absent) - _SHOWN} more" if len(absent) > _SHOWN else ""
    reason = "A run was interrupted, or it was deleted by hand"
    if another:
        reason = "The state was made with another broker"
    return (
        f"The state tells of what is not on the broker: {shown}{more}. {reason}. "
        f"Add {LOOK if another else '--refresh'} to this command: it looks at the broker first, "
        f"and makes again what is gone."
    )


def _called(kind: str, name: str) -> str:
    found = Kind.of_resource(f"rabbitmq:{kind}")
    return f"{found.words if found else kind} {name}"
