"""The course of one migration, from wherever it stands to its end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Final

from ..broker.connection import Connection
from ..version import Version
from .actions import Actions
from .forwarding import Forwarding, Switch
from .link import Link
from .model import Event, Halted, Route, Tell
from .move import Move, Place, Way
from .persist import persist
from .source import Reader
from .stage import Seen, Stage, stage
from .terms import Terms
from .waiting import Drain, Settling

_ROUNDS: Final = 12
"""A client that declares the old queue again begins the migration anew; not for ever."""


class Course:
    """Carries one move out. Any step may be the last of a run: the next one goes on from there."""

    def __init__(
        self,
        connection: Connection,
        move: Move,
        version: Version,
        tell: Tell,
        terms: Terms,
    ) -> None:
        self._connection, self._move, self._told, self._terms = connection, move, tell, terms
        self._management = connection.management()
        self._source = terms.source if move.way is Way.CROSS else None
        reader = None
        if self._source:
            reader = Reader(self._source.connection.management(), self._source, move)
        self._actions = Actions(self._management, move, version, reader)

    def forward(self) -> None:
        """Begins a move whose publishers have to change over, so that they may from now on. Raises
        as `run` does."""
        self._persist(self._forward)

    def run(self) -> None:
        """Raises `Halted` where it cannot go on, and `BrokerError` where a broker is away."""
        self._persist(self._undo if self._terms.undo else self._go)

    def _persist(self, act: Callable[[Link, Drain], None]) -> None:
        vhost, lock = self._move.target.vhost, self._move.names.lock

        def attempt() -> None:
            with Link(self._connection, vhost, self._source) as link:
                link.lock(lock)
                act(link, self._drain(link))

        with ExitStack() as ending:
            for management in self._actions.managements:
                ending.enter_context(management)
            persist(attempt, lambda reason: self._tell("away", f"{reason}; it is asked again"))

    def _drain(self, link: Link) -> Drain:
        queue, patience = self._move.target.queue, self._terms.patience
        return Drain(link, self._actions, queue, self._told, patience)

    def _go(self, link: Link, drain: Drain) -> None:
        for _ in range(_ROUNDS):
            seen = self._actions.look()
            match stage(self._move, seen):
                case Stage.EMPTY if self._move.way is Way.IN_PLACE:
                    self._park(link, drain, seen)
                case Stage.EMPTY if self._move.way is Way.RENAME:
                    self._rename(link, drain, seen)
                case Stage.EMPTY:
                    self._carry_over(link, drain)
                    if self._move.way is Way.CROSS:
                        return
                case Stage.CREATE:
                    self._declare()
                case Stage.RETURN:
                    self._bring_back(link, drain, (*seen.parking_routes, *self._move.routes))
                    self._tidy(drain)
                case Stage.TIDY:
                    self._tidy(drain)
                case Stage.DONE:
                    return
        raise Halted(
            f"{self._move.origin} comes back again and again as it was: a client declares it so; "
            "change that client, then run the same command again"
        )

    # In place, and its undoing

    def _park(self, link: Link, drain: Drain, seen: Seen) -> None:
        move, names = self._move, self._move.names
        assert seen.origin is not None
        self._actions.shovels.stop(names.back)  # of an undo that was broken off
        self._actions.prepare_parking(seen.origin)
        self._tell("parking", f"parking queue {names.parking} is there")
        seconds = self._leave(link, drain, seen.origin_routes, self._actions.parking)
        self._empty_and_delete(link, drain, seconds)
        if self._actions.sample(move.origin) is None:
            self._declare()

    def _bring_back(self, link: Link, drain: Drain, wanted: tuple[Route, ...]) -> None:
        actions, names, target = self._actions, self._move.names, self._move.target
        parking = actions.parking
        actions.shovels.stop(names.out)
        actions.lead(names.back, target)
        actions.shovels.start(names.back, parking)
        self._tell("back", f"messages go back to {target}")
        seconds = drain.ahead(parking, names.back) if actions.parked_routes() else 0.0
        switch = Switch(link, actions, target.queue, self._told)
        switch.over(wanted, parking, target, actions.parked_routes())
        while True:
            seconds += drain.through(parking, names.back)
            actions.shovels.stop(names.back)
            self._without_consumers(link, parking)
            if drain.is_empty(parking):
                break
            actions.shovels.start(names.back, parking)  # It held some that are ready again.
        reason = actions.delete(parking, unused=True)
        if reason is not None:
            raise Halted(f"{parking} is not deleted: {reason}; run the same command again")
        moved = drain.moved(names.back, at_least=actions.passed(names.out) or 0)
        self._tell("returned", f"all messages are in {target}", moved, seconds)

    def _undo(self, link: Link, drain: Drain) -> None:
        move, seen = self._move, self._actions.look()
        if move.way is Way.CROSS:
            self._actions.tidy()
            self._tell("undone", "nothing more is forwarded; what has come over stays")
            return
        if move.way is not Way.IN_PLACE:
            message = (
                "only a migration in place is undone; name the old queue in migrate: {from: …}"
            )
            raise Halted(message)
        match stage(move, seen):
            case Stage.EMPTY if seen.parking is not None:
                self._bring_back(link, drain, seen.parking_routes)
                self._actions.tidy()
                self._tell("undone", f"{move.origin} is as it was")
            case Stage.EMPTY | Stage.DONE | Stage.TIDY:
                self._actions.tidy()
                self._tell("undone", "there is nothing to undo")
            case _:
                message = "the old queue is deleted already; let the migration come to its end"
                raise Halted(f"{message}, then declare the queue as it was and migrate it again")

    # To another name or vhost

    def _rename(self, link: Link, drain: Drain, seen: Seen) -> None:
        move = self._move
        self._actions.lead(move.names.out, move.target)
        seconds = self._leave(link, drain, (*seen.origin_routes, *move.routes), move.target)
        self._empty_and_delete(link, drain, seconds)

    def _forward(self, link: Link, drain: Drain) -> None:
        at = stage(self._move, self._actions.look())
        if at is Stage.CREATE:
            self._declare()
        if at in (Stage.CREATE, Stage.EMPTY):
            self._forwarding(link).begin()
            drain.ahead(self._move.origin, self._move.names.out)

    def _forwarding(self, link: Link) -> Forwarding:
        return Forwarding(link, self._actions, self._move, self._told, self._terms.patience)

    def _carry_over(self, link: Link, drain: Drain) -> None:
        move, actions, forwarding = self._move, self._actions, self._forwarding(link)
        forwarding.begin()
        seconds = drain.ahead(move.origin, move.names.out)
        forwarding.wait(self._terms.quiet)
        if move.way is Way.CROSS:
            seconds += forwarding.end(drain)
            text = f"{move.origin} is empty, and stays as it is"
            self._tell("emptied", text, drain.moved(move.names.out), seconds)
            self._tidy(drain)
            return
        for route in actions.routes(move.origin):
            actions.unbind(move.origin, route)
        self._empty_and_delete(link, drain, seconds)

    # Steps

    def _leave(self, link: Link, drain: Drain, wanted: tuple[Route, ...], target: Place) -> float:
        """Has new messages arrive in `target`, and the old ones follow. Returns the seconds that
        were waited for these."""
        move, actions, seconds = self._move, self._actions, 0.0
        if actions.served_in_order(move.origin):
            self._tell("in-order", f"the consumer of {move.origin} empties it, in order")
        else:
            actions.shovels.start(move.names.out, move.origin)
            if actions.routes(move.origin):
                seconds = drain.ahead(move.origin, move.names.out)
        switch = Switch(link, actions, move.target.queue, self._told)
        switch.over(wanted, move.origin, target, actions.routes(move.origin))
        return seconds

    def _empty_and_delete(self, link: Link, drain: Drain, seconds: float) -> None:
        move, actions, names = self._move, self._actions, self._move.names
        settling = Settling(link, actions, move, self._told, self._terms.patience)
        while True:
            alone = actions.exclusive_consumer(move.origin)
            if not alone:
                actions.shovels.start(names.out, move.origin)
            seconds += drain.until(move.origin, names.out, lambda ready, _: ready == 0)
            # The shovel stays meanwhile: what it holds when it is stopped would be moved again.
            if settling.settled(shovels=0 if alone else 1):
                actions.shovels.stop(names.out)
                if drain.is_left(move.origin, used=move.way is Way.IN_PLACE):
                    break
        self._tell("emptied", f"{move.origin} is empty", drain.moved(names.out), seconds)
        reason = actions.delete(move.origin, unused=move.way is not Way.IN_PLACE)
        if reason is None:
            self._tell("deleted", f"the old {move.origin} is deleted, empty")

    def _without_consumers(self, link: Link, place: Place) -> None:
        """A shovel takes a moment to leave."""
        for _ in range(100):
            counts = link.count(place)
            if counts is None or counts[1] == 0:
                return
            link.pause(0.1)
        raise Halted(f"{place.queue}, which belongs to the migration, has a consumer")

    def _declare(self) -> None:
        self._actions.declare()
        self._tell("declared", f"the new {self._move.target} is declared")

    def _tidy(self, drain: Drain) -> None:
        move = self._move
        limit = move.limits.get("max-length")
        if limit is not None:
            drain.until(move.target, move.names.settings, lambda ready, _: ready <= limit)
        self._actions.tidy()
        self._tell("done", f"{move.target} is migrated")

    def _tell(self, step: str, text: str, moved: int | None = None, seconds: float = 0.0) -> None:
        self._told(Event(self._move.target.queue, step, text, moved=moved, seconds=seconds))
