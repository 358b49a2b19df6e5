"""What exchanges and queues take over from `defaults` and `profiles`; their own values win.

A key that is written counts, even with the value null: that is how a queue drops what its profile
sets. Arguments are merged one by one.
"""

from __future__ import annotations

from typing import TypeVar

from ..model import Defaults, Exchange, Queue, Topology
from ..model.queue_type import QueueType

DEFAULT_QUEUE_TYPE: QueueType = "classic"
"""RabbitMQ's own default."""

_Declaration = TypeVar("_Declaration", Exchange, Queue)


def inherit(topology: Topology) -> Topology:
    """`topology` with every exchange and queue complete in itself.

    A profile that does not exist is left to the rules to report.
    """
    defaults, profiles = topology.defaults, topology.profiles
    exchanges = {
        name: _over(exchange, defaults.exchange) for name, exchange in topology.exchanges.items()
    }
    queues: dict[str, Queue] = {}
    for name, queue in topology.queues.items():
        base = _over(profiles.get(queue.profile or "", Queue()), defaults.queue)
        queues[name] = _complete(_over(queue, base), topology)
    return topology.model_copy(
        update={
            "defaults": Defaults(),
            "profiles": {},
            "exchanges": exchanges,
            "queues": queues,
        }
    )


def _complete(queue: Queue, topology: Topology) -> Queue:
    # Every queue says its type: RabbitMQ tells it back, and a queue declared without one would
    # look changed.
    queue_type = queue.type or topology.vhost.default_queue_type or DEFAULT_QUEUE_TYPE
    return queue.model_copy(update={"type": queue_type, "profile": None})


def _over(own: _Declaration, base: _Declaration) -> _Declaration:
    if not base.model_fields_set:
        return own
    written = {name: getattr(own, name) for name in own.model_fields_set}
    written["arguments"] = {**base.arguments, **own.arguments}
    return base.model_copy(update=written)
