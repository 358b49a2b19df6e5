"""Policies that mirror classic queues, which RabbitMQ 4 knows no more."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from ..broker import BrokerReader, Management
from ..broker.live_policy import LivePolicy
from ..broker.state import LiveQueue

_MIRRORING: Final = "ha-"


def retired(policies: Iterable[LivePolicy], queues: Iterable[LiveQueue]) -> list[str]:
    """Policies that do nothing but mirror, and no longer apply to any queue."""
    in_force = {queue.policy for queue in queues}
    return sorted(
        policy.name
        for policy in policies
        if policy.name not in in_force
        and policy.definition
        and all(key.startswith(_MIRRORING) for key in policy.definition)
    )


def retire(management: Management, vhost: str, declared: Collection[str]) -> list[str]:
    """Deletes them, but for what is declared; returns their names. Raises `BrokerError`."""
    reader = BrokerReader(management)
    # Statistics may be away; what applies to a queue is listed without them.
    queues = reader.declared_queues(vhost).queues
    names = retired(reader.policies_by_name(vhost).values(), queues)
    gone = [name for name in names if name not in declared]
    for name in gone:
        management.delete("policies", vhost, name)
    return gone
