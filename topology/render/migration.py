"""A plan for the person who consents to it; logs keep the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..guard.occupancy import counted
from ..migrate.move import Way
from ..migrate.plan import Plan, Planned

_FEW: Final = 4
"""More queues than that get a line each, and share the steps."""


def undo_lines(plan: Plan) -> Iterator[str]:
    """For people."""
    for planned in plan.moves:
        move = planned.move
        if move.way is Way.CROSS:
            yield f"queue {move.target}: nothing more is forwarded from stack {move.origin.broker}"
        else:
            yield f"queue {move.target}: messages and bindings go back to the old {move.origin}"
    if not plan.moves:
        yield f"Nothing to undo: no migration of vhost {plan.vhost} was begun."


def plan_lines(plan: Plan) -> Iterator[str]:
    """For people; logs keep the same."""
    if len(plan.moves) <= _FEW:
        for planned in plan.moves:
            yield from _move_lines(planned)
    else:
        yield from _overview(plan)
    for name in plan.others:
        yield f"queue {name} differs in what is fixed, and does not say migrate: true"
    yield from plan.missing
    if not plan.moves:
        yield f"Nothing to migrate: no queue of vhost {plan.vhost} that may be migrated differs."
        return
    how = "measured" if plan.measured else "assumed; --measure measures it"
    yield (
        f"{counted(len(plan.moves), 'queue')}, {counted(plan.messages, 'message')}, "
        f"{counted(plan.bytes, 'byte')}; about "
        f"{plan.seconds:.0f} s at {plan.rate:,.0f} messages a second ({how}), "
        f"{plan.parallel} at a time"
    )
    yield (
        f"disk: up to {plan.needed_disk:,} bytes of {plan.room.disk_free:,} that are free above "
        f"the limit; memory: {plan.room.memory_free:,} bytes are free below the limit"
    )
    if any(planned.move.is_forwarded for planned in plan.moves):
        yield (
            "beside that, it takes as long as publishers and consumers need to change over; what "
            "comes to an old queue meanwhile is forwarded, and comes after "
            "what was published to the new one before that"
        )
    if not all(planned.move.is_forwarded for planned in plan.moves):
        yield _not_covered(plan)
        yield (
            "order: kept, but for what is published in the moments in which bindings change over, "
            "and for what consumers get while a shovel empties the queue beside them"
        )


def _move_lines(planned: Planned) -> Iterator[str]:
    move, load = planned.move, planned.load
    yield f"queue {move.target} ({move.way})"
    if planned.begun:
        yield f"  goes on where an earlier run stopped; next: {planned.stage}"
    yield from (f"  - {line}" for line in move.differences)
    yield (
        f"  holds {counted(load.messages + planned.parked, 'message')} "
        f"({counted(load.bytes, 'byte')}), {counted(load.consumers, 'consumer')}, "
        f"{load.publish_rate:g} published a second"
    )
    yield from (f"  {number}. {step}" for number, step in enumerate(planned.steps, 1))
    yield f"  may arrive twice: {planned.duplicates}"


def _overview(plan: Plan) -> Iterator[str]:
    """A line for each queue, and the steps once for each kind of migration."""
    for planned in plan.moves:
        load, move = planned.load, planned.move
        begun = f"begun, next: {planned.stage}; " if planned.begun else ""
        yield (
            f"queue {move.target}: {begun}{'; '.join(move.differences)}; "
            f"{counted(load.messages + planned.parked, 'message')}, "
            f"{counted(load.consumers, 'consumer')}, "
            f"{load.publish_rate:g} published a second"
        )
    kinds: dict[tuple[Way, str], list[Planned]] = {}
    for planned in plan.moves:
        kind = (planned.move.way, str(planned.move.declared.type))
        kinds.setdefault(kind, []).append(planned)
    for (way, queue_type), same in kinds.items():
        planned = max(same, key=lambda one: one.load.publish_rate)
        name = planned.move.target.queue
        become = "becomes" if len(same) == 1 else "become"
        yield f"{counted(len(same), 'queue')} {become} {queue_type} ({way}), each as {name}:"
        yield from (f"  {number}. {step}" for number, step in enumerate(planned.steps, 1))
        yield f"  may arrive twice: {planned.duplicates}"


def _not_covered(plan: Plan) -> str:
    text = "not covered: what is published to a queue by its name, through the default exchange"
    if not plan.default_exchange_rate:
        return f"{text}; at present it has no consumers"
    return (
        f"{text} ({plan.default_exchange_rate:g} messages a second in this vhost, of which these "
        "queues may get some; arrivals are watched for)"
    )
