"""Carries out several migrations side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ..broker import BrokerError
from ..broker.connection import Connection
from ..version import Version
from .course import Course
from .model import Event, Halted, Tell
from .move import Move
from .terms import Terms


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one migration ended."""

    move: Move
    failure: str = ""
    """Why it has not come to its end; the next run goes on with it."""


def carry_out(
    connection: Connection, moves: Sequence[Move], version: Version, tell: Tell, terms: Terms
) -> list[Outcome]:
    """Every move is tried; what one fails of does not stop the others. Where publishers have to
    change over, all queues are forwarded before the first of them is waited for."""

    def one(move: Move, act: Callable[[Course], None]) -> Outcome:
        try:
            act(Course(connection, move, version, tell, terms))
        except Halted as halted:
            reason = str(halted)
        except BrokerError as error:
            reason = "; ".join(problem.message for problem in error.problems)
        else:
            return Outcome(move)
        tell(Event(move.target.queue, "halted", reason))
        return Outcome(move, reason)

    with ThreadPoolExecutor(terms.parallel) as pool:
        forwarded = [] if terms.undo else [move for move in moves if move.is_forwarded]
        begun = list(pool.map(lambda move: one(move, Course.forward), forwarded))
        failed = [outcome for outcome in begun if outcome.failure]
        left = [move for move in moves if move not in [outcome.move for outcome in failed]]
        return [*failed, *pool.map(lambda move: one(move, Course.run), left)]
