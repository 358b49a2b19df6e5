"""The queues of a topology as they are on the broker at this moment."""

from __future__ import annotations

from topology.broker import Management
from topology.broker.leader import is_leaderless
from topology.expand import Expanded
from topology.expand.naming import dead_letter_name
from topology.graph.health import Health, diagnosis
from topology.rules.effective import effective_queues

_COLUMNS = "name,type,leader,messages,consumers"


def read_health(management: Management, expanded: Expanded) -> dict[str, Health]:
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
    queues = management.find("queues", topology.vhost.name, columns=_COLUMNS) or []
    return {
        entry["name"]: diagnosis(
            entry.get("messages") or 0,
            entry.get("consumers") or 0,
            keeps_dead_letters=entry["name"] in kept,
            consumed=entry["name"] in consumed,
            limit=(
                effective[entry["name"]].number("max_length")
                if entry["name"] in effective
                else None
            ),
            leaderless=is_leaderless(entry),
        )
        for entry in queues
    }
