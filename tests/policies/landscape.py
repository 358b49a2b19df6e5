"""A small vhost, its policies, and what a run does to them."""

from __future__ import annotations

from typing import Any

from topology.broker.live_policy import LivePolicies, LivePolicy
from topology.broker.state import LiveExchange, LiveQueue
from topology.check import check
from topology.model import Topology
from topology.policies import (
    PolicyChange,
    PolicyEffect,
    PolicySet,
    PolicyState,
    declared_change,
    evaluate,
    refusal,
    refused,
)
from topology.version import NEWEST, BrokerFacts, Version

Definition = dict[str, Any]
Entry = dict[str, Any]

HELD = 12
"""Messages in a queue of `queue`, unless it says otherwise."""


def queue(name: str = "q", **rest: Any) -> Entry:
    counts = {"messages_ready": HELD, "messages_unacknowledged": 0, "consumers": 1}
    return {"name": name, "type": "classic", **counts, **rest}


def empty(name: str = "q", **rest: Any) -> Entry:
    return queue(name, **{"messages_ready": 0, "consumers": 0, **rest})


def policy(name: str, definition: Definition, **rest: Any) -> Entry:
    """As the management API lists one, for all queues and exchanges unless it says otherwise."""
    body = {"name": name, "pattern": ".*", "apply-to": "all", "priority": 0}
    return {**body, "definition": definition, **rest}


def vhost(
    *policies: Entry,
    queues: tuple[Entry, ...] = (),
    exchanges: tuple[Entry, ...] = (),
    operator: tuple[Entry, ...] = (),
    version: Version = NEWEST,
) -> PolicyState:
    return PolicyState.of(
        map(LiveQueue.from_api, queues),
        map(LiveExchange.from_api, exchanges),
        LivePolicies.from_api(policies, version),
        LivePolicies.from_api(operator, version),
    )


def put(*policies: Entry, removed: tuple[str, ...] = ()) -> PolicySet:
    """A change of policies that belong to the stack."""
    made = {entry["name"]: LivePolicy.from_api(entry) for entry in policies}
    return PolicySet(made, frozenset(removed), frozenset((*made, *removed)))


def change(*policies: Entry, removed: tuple[str, ...] = (), **rest: Any) -> PolicyChange:
    return PolicyChange(policies=put(*policies, removed=removed), **rest)


def topology(raw: dict[str, Any], version: Version = NEWEST) -> Topology:
    """Settled, and without errors."""
    return check({"vhost": "v", **raw}, BrokerFacts(version)).usable().topology


def effects_of(live: PolicyState, raw: dict[str, Any]) -> list[PolicyEffect]:
    """What an update to a config would do, whatever is consented to."""
    return list(evaluate(live, declared_change(topology(raw, live.version))))


def refusal_of(live: PolicyState, raw: dict[str, Any]) -> str:
    """The refusal of an update to a config; empty where it is not refused."""
    declared = topology(raw, live.version)
    planned = declared_change(declared)
    found = refused(list(evaluate(live, planned)), declared)
    return refusal(found, live, planned) if found else ""
