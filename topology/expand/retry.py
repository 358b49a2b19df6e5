"""`retry`: a ladder of delay queues that a rejected message climbs, one rejection a step.

    work queue ── died ──> NAME.retry ── not rejected ──> dead-letter queue
                               │ rejected                         ^
                               v                                  │ key NAME.retry.end
                         NAME.retry.steps ────────────────────────┤
                               │                                  │
              no key of a step │                                  │ key NAME.retry.2
                               v                                  v
                       NAME.retry.first ──> NAME.retry.1     NAME.retry.2 …   (delays)
                                                 │ expired, with │ the next step's key
                                                 v               v
    work queue <──────────────────────────── NAME.return <───────┘

A message is dead-lettered with the routing key it was last published with, unless its queue sets
another. So the work queue sets none, and the key that a delay queue gives a message on its way back
is what leads its next rejection to the next step. The last step's key leads to the dead-letter
queue. The key that the publisher used stays readable in the header `x-death`.

RabbitMQ does not deliver a message that comes back to a queue in which it died, unless it was
rejected on the way. So one that expired, was pushed out or reached the delivery limit must not
enter the ladder: it goes to the dead-letter queue at once. From RabbitMQ 3.13 a header tells what a
message died of last. Before, there is only one for its first death, and that is enough: RabbitMQ
then delivers what was rejected at first again and again, whatever it dies of later.
"""

from __future__ import annotations

from typing import Final

from ..model import Binding, Exchange, Queue, Retry
from ..problems import Path
from ..version import Version
from .additions import Additions
from .dead_letter import add_target, lossless
from .naming import first_step_name, ladder_name, return_name, step_name, steps_name

NOT_REJECTED: Final = ("delivery_limit", "expired", "maxlen")
"""Other reasons for which RabbitMQ dead-letters a message."""


LAST_REASON_SINCE: Final = Version(3, 13)


def retry_ladder(
    path: Path, name: str, queue: Queue, retry: Retry, additions: Additions, version: Version
) -> Queue:
    """Adds the ladder; returns the work queue as it dead-letters into it."""
    ladder, steps = ladder_name(name), steps_name(name)
    first, back = first_step_name(name), return_name(name)
    owner = (*path, "retry")
    additions.add_exchange(owner, ladder, Exchange(type="headers", alternate_exchange=steps))
    additions.add_exchange(owner, steps, Exchange(type="direct", alternate_exchange=first))
    additions.add_exchange(owner, first, Exchange(type="fanout"))
    additions.add_exchange(owner, back, Exchange(type="fanout"))
    additions.bindings.append(Binding(source=back, destination=name))

    end = len(retry.delays) + 1
    for step, delay in enumerate(retry.delays, start=1):
        delay_queue = Queue(
            type=queue.type,
            message_ttl=delay,
            dead_letter_exchange=back,
            dead_letter_routing_key=_key(name, step + 1, end),
        )
        lossless_queue = delay_queue.model_copy(update=lossless(delay_queue))
        additions.add_queue(owner, step_name(name, step), lossless_queue)
        if step == 1:
            additions.bindings.append(Binding(source=first, destination=step_name(name, 1)))
        else:
            _bind(additions, steps, step_name(name, step), _key(name, step, end))
    target = add_target(path, name, queue, additions)
    _bind(additions, steps, target, _key(name, end, end))
    header = "x-last-death-reason" if version >= LAST_REASON_SINCE else "x-first-death-reason"
    for reason in NOT_REJECTED:
        arguments = {"x-match": "all-with-x", header: reason}
        additions.bindings.append(Binding(source=ladder, destination=target, arguments=arguments))
    return queue.model_copy(update={"dead_letter_exchange": ladder, **lossless(queue)})


def _key(name: str, step: int, end: int) -> str:
    """The routing key with which a rejection leads to `step`."""
    return f"{name}.retry.end" if step == end else step_name(name, step)


def _bind(additions: Additions, source: str, destination: str, routing_key: str) -> None:
    binding = Binding(source=source, destination=destination, routing_key=routing_key)
    additions.bindings.append(binding)
