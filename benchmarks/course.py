"""All contenders through all operations, in turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from benchmarks.contender import Attempt, Contender
from benchmarks.done import NotDone, check
from benchmarks.landscape import Landscape
from benchmarks.measure import CommandFailed, measure
from benchmarks.operation import SHARED, Operation
from benchmarks.proxy import Requests, counted
from benchmarks.run import Failure, Run
from tests.support.api import Api
from toolchain.node import Broker


@dataclass(frozen=True, slots=True)
class Turn:
    """One contender at one size in one round."""

    contender: Contender
    size: int
    round: int
    """0 is the one in which requests are counted."""


@dataclass(frozen=True, slots=True)
class Course:
    """Where and for how long."""

    broker: Broker
    folder: Path
    limit: float
    """Seconds after which a single command is stopped."""

    def take(self, turn: Turn) -> Iterator[Run | Failure]:
        """Everything that the contender can do; a failure is the last."""
        vhost = f"bench-{uuid4().hex[:10]}"
        folder = self.folder / f"{turn.size}-{turn.round}-{uuid4().hex[:6]}"
        with ExitStack() as ending:
            ending.callback(self._remove, vhost)
            broker, requests = self.broker, None
            if turn.round == 0:
                broker, requests = ending.enter_context(counted(broker))
            attempt = turn.contender.attempt(folder, broker)
            landscape = Landscape(turn.size, vhost)
            attempt.write(landscape)
            for operation in SHARED if turn.round == 0 else Operation:
                landscape = _before(operation, landscape, attempt)
                if operation is Operation.POLICIES and not landscape.has_policies:
                    continue
                try:
                    run = self._measured(turn, attempt, operation, requests)
                    if run is not None:
                        with Api(self.broker) as api:
                            check(api, landscape, operation)
                except (CommandFailed, NotDone) as error:
                    yield Failure(turn.contender.name, turn.size, turn.round, operation, str(error))
                    return
                if run is not None:
                    yield run

    def _measured(
        self, turn: Turn, attempt: Attempt, operation: Operation, requests: Requests | None
    ) -> Run | None:
        command = attempt.command(operation)
        if command is None:
            return None
        log = self.folder / f"{turn.contender.name} {turn.size} {turn.round} {operation}.log"
        usage = measure(command, log, self.limit)
        run = Run(
            turn.contender.name,
            turn.size,
            turn.round,
            operation,
            usage.seconds,
            usage.cpu_seconds,
            usage.peak_bytes,
            attempt.state_bytes(),
            usage.cpu_by_program,
        )
        return run if requests is None else replace(run, requests=requests.take())

    def _remove(self, vhost: str) -> None:
        with Api(self.broker) as api:
            api.delete("vhosts", vhost)


def turns(
    contenders: Sequence[Contender], sizes: Sequence[int], rounds: int, count_up_to: int
) -> Iterator[Turn]:
    """Each round begins with another contender. Round 0, where there is one, comes last."""
    for size in sizes:
        running = [each for each in contenders if each.largest is None or size <= each.largest]
        for number in range(1, rounds + 1):
            for contender in rotated(running, number - 1):
                yield Turn(contender, size, number)
        if size <= count_up_to:
            for contender in running:
                yield Turn(contender, size, 0)


def rotated(contenders: Sequence[Contender], by: int) -> list[Contender]:
    """The same, beginning with another one."""
    start = by % len(contenders) if contenders else 0
    return [*contenders[start:], *contenders[:start]]


def _before(operation: Operation, landscape: Landscape, attempt: Attempt) -> Landscape:
    """What is wanted when an operation begins."""
    match operation:
        case Operation.ONE_QUEUE:
            changed = landscape.with_one_queue_changed()
        case Operation.POLICIES:
            changed = landscape.with_policies_changed()
        case _:
            return landscape
    attempt.write(changed)
    return changed
