"""Changing the bindings over from one queue to another, so that no message goes to neither."""

from __future__ import annotations

import time
from typing import Final

from ..broker.statistics import QUIET_SECONDS, SAMPLE_SECONDS
from ..guard.occupancy import counted
from .actions import Actions
from .link import Link
from .model import Event, Halted, Route, Tell
from .move import Move, Place, Way
from .waiting import LEAVE_SECONDS, Drain, Quiet

SWITCH_SECONDS: Final = 0.03
"""What making one binding and taking another takes, about."""

CLUSTER_PAUSE: Final = 0.5
"""Other nodes learn of a binding a moment later."""


class Switch:
    """The bindings of one migration."""

    def __init__(self, link: Link, actions: Actions, queue: str, tell: Tell) -> None:
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


_POLL_SECONDS: Final = 1.0
_START_SECONDS: Final = 30.0
"""A shovel whose broker is away tries again each second, and does not say why it fails."""


class Forwarding:
    """The forwarding of one queue."""

    def __init__(
        self, link: Link, actions: Actions, move: Move, tell: Tell, patience: float
    ) -> None:
        self._link, self._actions, self._move, self._tell = link, actions, move, tell
        self._patience = patience

    def begin(self) -> None:
        """Starts the shovel. Raises `Halted` if it gets nowhere."""
        move, actions = self._move, self._actions
        actions.lead(move.names.out, move.target)
        actions.bind(move.target, move.routes)
        actions.shovels.start(move.names.out, move.origin)
        began = time.monotonic()
        while not (actions.shovels.runs(move.names.out) or actions.exclusive_consumer(move.origin)):
            if time.monotonic() - began > _START_SECONDS:
                raise Halted(self._does_not_run())
            self._link.pause(_POLL_SECONDS)
        text = f"what comes to the old {move.origin} is forwarded"
        self._tell(Event(move.target.queue, "forwarding", text))

    def _does_not_run(self) -> str:
        reason = self._actions.shovels.ailment(self._move.names.out)
        text = f"the shovel {self._move.names.out} does not get to run"
        if self._move.way is Way.CROSS:
            text += (
                f": RabbitMQ has to reach the broker of stack {self._move.origin.broker} itself; "
                "--from-uri tells it another address, and its log what has failed"
            )
        return f"{text} ({reason})" if reason else text

    def wait(self, quiet: Quiet) -> None:
        """Returns when nobody uses the old queue. Raises `Halted` if somebody still does: the
        shovel stays."""
        move, began, told = self._move, time.monotonic(), time.monotonic()
        while remaining := self._remaining(quiet):
            now = time.monotonic()
            if now - told > SAMPLE_SECONDS:
                told = now
                text = f"waiting for the {remaining} to change over to {self._there}"
                self._tell(Event(move.target.queue, "forwarding", text, progress=True))
            if now - began > self._patience:
                raise Halted(self._still(remaining))
            self._link.pause(_POLL_SECONDS)

    def _remaining(self, quiet: Quiet) -> str:
        """Who has not changed over."""
        origin = self._move.origin
        if quiet.seconds(origin, self._actions.published) < QUIET_SECONDS:
            return "publishers"
        # In another vhost, the deletion of the old queue waits for its consumers.
        counts = self._link.count(origin) if self._move.way is Way.CROSS else None
        return "consumers" if counts and counts[1] > 1 else ""

    def end(self, drain: Drain) -> float:
        """Stops the shovel once the old queue is empty, and returns the seconds that it took to
        empty it. Raises `Halted`, and lets it go on, if a
        consumer has come."""
        actions, origin, name = self._actions, self._move.origin, self._move.names.out
        seconds = 0.0
        while True:
            seconds += drain.through(origin, name)
            actions.shovels.stop(name)
            began = time.monotonic()
            while time.monotonic() - began < LEAVE_SECONDS:
                if drain.is_empty(origin):
                    return seconds
                if (self._link.count(origin) or (0, 0))[0]:
                    break  # What it held is ready again.
            actions.shovels.start(name, origin)
            if (self._link.count(origin) or (0, 0))[0] == 0:
                raise Halted(self._still("consumers"))

    @property
    def _there(self) -> str:
        if self._move.way is Way.CROSS:
            return "the new broker"
        return f"vhost {self._move.target.vhost}"

    def _still(self, remaining: str) -> str:
        origin = self._move.origin
        where = f"{origin} in vhost {origin.vhost}"
        if self._move.way is Way.CROSS:
            where += f" on the broker of stack {origin.broker}"
        what = f"messages still come to {where}"
        if remaining == "consumers":
            what = f"{where} still has consumers"
        return (
            f"{what}: its {remaining} have to change over to {self._there}. What comes is "
            "forwarded for as long as that takes; then run the same command again"
        )
