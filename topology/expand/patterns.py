"""`dead_letter` and `retry` on a queue, written out as exchanges, queues and bindings."""

from __future__ import annotations

from ..model import Queue, Topology
from ..model.base import MAX_NAME_BYTES
from ..problems import Path, Problem
from ..version import NEWEST, Version
from .additions import Additions
from .dead_letter import dead_letter_queue
from .naming import dead_letter_name, first_step_name
from .retry import retry_ladder


def add_patterns(
    topology: Topology, version: Version = NEWEST
) -> tuple[Topology, tuple[Problem, ...]]:
    """`topology` with every pattern written out, and what kept a pattern from being added."""
    additions = Additions(dict(topology.queues), dict(topology.exchanges), list(topology.bindings))
    for name, queue in topology.queues.items():
        if queue.dead_letter is None and queue.retry is None:
            continue
        path: Path = ("queues", name)
        problem = _refusal(path, name, queue)
        if problem is not None:
            additions.problems.append(problem)
            plain = queue
        elif queue.retry is None:
            plain = dead_letter_queue(path, name, queue, additions)
        else:
            plain = retry_ladder(path, name, queue, queue.retry, additions, version)
        additions.queues[name] = plain.model_copy(update={"dead_letter": None, "retry": None})
    expanded = topology.model_copy(
        update={
            "exchanges": additions.exchanges,
            "queues": additions.queues,
            "bindings": additions.bindings,
        }
    )
    return expanded, tuple(additions.problems)


def _refusal(path: Path, name: str, queue: Queue) -> Problem | None:
    pattern = "retry" if queue.retry is not None else "dead_letter"
    if queue.type == "stream":
        message = "is not possible on a stream: consuming removes nothing from it"
        return Problem((*path, pattern), message, "use a classic or quorum queue")
    for setting in ("dead_letter_exchange", "dead_letter_routing_key"):
        if getattr(queue, setting) is not None:
            message = f"is set by {pattern} on the same queue"
            return Problem((*path, setting), message, "keep one of the two")
    size = max(len(added(name).encode()) for added in (dead_letter_name, first_step_name))
    if size > MAX_NAME_BYTES:
        message = f"needs names of {size} bytes, and RabbitMQ allows {MAX_NAME_BYTES}"
        return Problem((*path, pattern), message, "shorten the name of the queue")
    return None
