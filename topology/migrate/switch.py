"""Changing the bindings over from one queue to another, so that no message goes to neither."""

from __future__ import annotations

import time
from typing import Final

from ..guard.occupancy import counted
from .bench import BrokerActions
from .event import Event, Tell
from .link import Link
from .move import Place
from .route import Route

SWITCH_SECONDS: Final = 0.03
"""What making one binding and taking another takes, about."""

CLUSTER_PAUSE: Final = 0.5
"""Other nodes learn of a binding a moment later."""


class Switch:
    """The bindings of one migration."""

    def __init__(self, link: Link, actions: BrokerActions, queue: str, tell: Tell) -> None:
        self._link, self._actions, self._queue, self._tell = link, actions, queue, tell

    def over(
        self, wanted: tuple[Route, ...], old: Place, new: Place, bound: tuple[Route, ...]
    ) -> None:
        """Each binding is made at the new place before it is taken from the old one: in between,
        messages go to both. `wanted` are all that the new place shall have, `bound` those that the
        old one still has."""
        actions, began = self._actions, time.monotonic()
        first = [route for route in dict.fromkeys(wanted) if route not in bound]
        missing = actions.bind(new, first)
        clustered = actions.clustered
        for route in bound:
            if actions.bind(new, [route]):
                continue  # Its exchange is gone, and the binding with it.
            if clustered:
                self._link.pause(CLUSTER_PAUSE)
            actions.unbind(old, route)
        for route in missing:
            text = f"no exchange for {route.label(new.queue)}; pulumi up binds it"
            self._tell(Event(self._queue, "unbound", text))
        if bound:
            text = f"{counted(len(bound), 'binding')} changed over from {old} to {new}"
            seconds = time.monotonic() - began
            self._tell(Event(self._queue, "switched", text, seconds=seconds))
