"""`dead_letter`: an exchange of the queue's own, and a queue for what could not be delivered."""

from __future__ import annotations

from typing import Any

from ..model import Binding, Exchange, Queue
from ..problems import Path
from .additions import Additions
from .naming import dead_letter_name


def dead_letter_queue(path: Path, name: str, queue: Queue, additions: Additions) -> Queue:
    """Adds exchange, queue and binding; returns the queue as it dead-letters to them.

    The exchange is a fanout: dead letters keep the routing key they were published with.
    """
    exchange = dead_letter_name(name)
    additions.add_exchange(path, exchange, Exchange(type="fanout"))
    target = add_target(path, name, queue, additions)
    additions.bindings.append(Binding(source=exchange, destination=target))
    return queue.model_copy(update={"dead_letter_exchange": exchange, **lossless(queue)})


def add_target(path: Path, name: str, queue: Queue, additions: Additions) -> str:
    """The name of the queue where dead letters end; it is added unless it is a declared one."""
    named = queue.dead_letter.queue if queue.dead_letter else None
    target = named or dead_letter_name(name)
    if named is None or named not in additions.queues:
        additions.add_queue((*path, "dead_letter"), target, Queue(type=queue.type))
    return target


def lossless(queue: Queue) -> dict[str, Any]:
    """What makes RabbitMQ keep a dead letter until its target has confirmed it.

    Only quorum queues can, and only if they refuse new messages when full instead of dropping old
    ones. What the user sets otherwise stays.
    """
    fits = queue.overflow in (None, "reject-publish") and queue.dead_letter_strategy is None
    if queue.type != "quorum" or not fits:
        return {}
    return {"dead_letter_strategy": "at-least-once", "overflow": "reject-publish"}
