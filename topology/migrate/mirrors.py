"""Policies that mirror classic queues, which RabbitMQ 4 knows no more."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from topology.broker import Management

_MIRRORING: Final = "ha-"


def retired(policies: list[dict[str, Any]], queues: list[dict[str, Any]]) -> list[str]:
    """Policies that do nothing but mirror, and no longer apply to any queue."""
    in_force = {queue.get("policy") for queue in queues}
    return sorted(
        policy["name"]
        for policy in policies
        if policy["name"] not in in_force
        and policy["definition"]
        and all(key.startswith(_MIRRORING) for key in policy["definition"])
    )


def retire(management: Management, vhost: str, declared: Collection[str]) -> list[str]:
    """Deletes them, but for what is declared; returns their names. Raises `BrokerError`."""
    # Statistics may be away; what applies to a queue is told without them.
    queues = management.find("queues", vhost, columns="name,policy") or []
    names = retired(management.find("policies", vhost) or [], queues)
    gone = [name for name in names if name not in declared]
    for name in gone:
        management.delete("policies", vhost, name)
    return gone
