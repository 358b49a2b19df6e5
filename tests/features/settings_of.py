"""A value for every queue setting that the model knows, and where each is known."""

from __future__ import annotations

from typing import Any

from topology.model.queue import queue_arguments
from topology.model.queue_type import QueueType
from topology.version import Version

VALUES: dict[str, Any] = {
    "message_ttl": 3_600_000,
    "expires": 86_400_000,
    "max_length": 1_000,
    "max_length_bytes": 3_000_000_000,
    "overflow": "reject-publish",
    "dead_letter_exchange": "dead",
    "dead_letter_routing_key": "key of the dead",
    "dead_letter_strategy": "at-least-once",
    "delivery_limit": 5,
    "max_age": "7D",
    "stream_max_segment_size_bytes": 500_000,
    "stream_filter_size_bytes": 32,
    "queue_mode": "lazy",
    "queue_version": 2,
    "consumer_timeout": 1_800_000,
    "queue_leader_locator": "balanced",
    "delayed_retry_type": "failed",
    "delayed_retry_min": 1_000,
    "delayed_retry_max": 60_000,
    "consumer_disconnected_timeout": 60_000,
    "max_priority": 5,
    "single_active_consumer": True,
    "quorum_initial_group_size": 1,
    "initial_cluster_size": 1,
}


def settings(
    queue_type: QueueType, version: Version, *, as_arguments: bool = False
) -> dict[str, Any]:
    """Every setting that this RabbitMQ knows for a type of queue, with a value."""
    known = queue_arguments()
    return {
        name: value
        for name, value in VALUES.items()
        if known[name].known(queue_type, version)
        and (as_arguments or (policy := known[name].policy) is None or policy.known(version))
    }


def by_argument(values: dict[str, Any]) -> dict[str, Any]:
    """The same under the names of RabbitMQ's arguments."""
    known = queue_arguments()
    return {known[name].name: value for name, value in values.items()}


def by_policy(values: dict[str, Any]) -> dict[str, Any]:
    """What a policy can say of it, under RabbitMQ's policy keys."""
    known = queue_arguments()
    return {
        key.name: value for name, value in values.items() if (key := known[name].policy) is not None
    }


def fixed(values: dict[str, Any]) -> dict[str, Any]:
    """What only a declaration can say of it, under the names of RabbitMQ's arguments."""
    known = queue_arguments()
    return {known[name].name: value for name, value in values.items() if known[name].policy is None}
