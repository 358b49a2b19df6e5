"""The queues of a topology as they are on the broker at this moment."""

from __future__ import annotations

from ..broker import BrokerReader
from ..expand import Expanded
from ..expand.naming import dead_letter_name
from ..rules.analysis.effective_queue import effective_queues
from .health import Health, diagnosis


def read_health(reader: BrokerReader, expanded: Expanded) -> dict[str, Health]:
    """One request for the whole vhost. Queues that the broker does not have are left out.

    Raises `BrokerError`.
    """
    topology = expanded.inherited
    consumed = {name for service in topology.services.values() for name in service.consumes}
    kept = {
        (queue.dead_letter.queue if queue.dead_letter else None) or dead_letter_name(name)
        for name, queue in topology.queues.items()
        if queue.dead_letter or queue.retry
    }
    effective = effective_queues(expanded, ())
    queues = reader.queues(topology.vhost.name).by_name
    return {
        name: diagnosis(
            queue.messages or 0,
            queue.consumers or 0,
            keeps_dead_letters=name in kept,
            consumed=name in consumed,
            limit=(effective[name].number("max_length") if name in effective else None),
            leaderless=queue.leaderless,
        )
        for name, queue in queues.items()
    }
