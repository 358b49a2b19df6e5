"""One topology that holds everything the model knows, for a version of RabbitMQ."""

from __future__ import annotations

from typing import Any

from tests.features.settings_of import settings
from topology.model.queue_type import QueueType
from topology.version import Version

TYPES: tuple[QueueType, ...] = ("classic", "quorum", "stream")
TYPED_ARGUMENTS: dict[str, Any] = {
    "x-match": "any",
    "priority": 5,
    "ratio": 1.5,
    "urgent": True,
    "region": "zürich",
    "size": 3_000_000_000,
    "below": -7,
}
"""Every type of argument that a header can have."""

PASSWORD = "p@ss:/wörd %+"
NOWHERE = "amqp://user:open-sesame@127.0.0.1:1/nowhere"


def full_model(vhost: str, url: str, upstream_url: str, version: Version) -> dict[str, Any]:
    """`url` is where the broker itself reaches the vhost, and `upstream_url` the vhost that this
    one federates with."""
    return {
        "vhost": {
            "name": vhost,
            "description": "Everything, at once: Größe & 'quotes'",
            "default_queue_type": "quorum",
            "tracing": True,
            "max_connections": 100,
            "max_queues": 50,
        },
        "defaults": {"exchange": {"type": "topic"}, "queue": {"arguments": {"x-team": "search"}}},
        "profiles": {"critical": {"type": "quorum", "delivery_limit": 7}},
        "exchanges": exchanges(version),
        "queues": queues(version),
        "bindings": bindings(version),
        **policies(version),
        **users(vhost),
        "federation_upstreams": upstreams(upstream_url),
        "shovels": shovels(url),
        "ignore_rules": {"unknown-argument": "x-team is for people who look at queues"},
    }


def exchanges(version: Version) -> dict[str, Any]:
    """Every type there is, every flag, every way to say what becomes of the unroutable."""
    return {
        "events": {"alternate_exchange": "unrouted"},
        "direct": {"type": "direct"},
        "headers": {"type": "headers"},
        "unrouted": {"type": "fanout"},
        "dead": {"type": "fanout"},
        "passing": {"type": "fanout", "auto_delete": True},
        "transient": {"type": "direct", "durable": False},
        "spread": {"type": "x-consistent-hash", "arguments": {"hash-header": "customer"}},
        "fixed": {"type": "direct", "arguments": {"alternate-exchange": "unrouted"}},
        "federated": {},
        **({"local": {"type": "x-local-random"}} if version >= (4, 0) else {}),
    }


def queues(version: Version) -> dict[str, Any]:
    """Each type three times: bare, with every setting, with every setting as an argument."""
    found: dict[str, Any] = {
        "by default": {},
        "critical": {"profile": "critical"},
        "passing": {"type": "classic", "auto_delete": True},
        "worked": {"type": "quorum", "retry": {"delays": ["5s", "1m"]}, "dead_letter": True},
        "rejected": {"type": "classic", "dead_letter": {"queue": "all rejected"}},
        "federated": {"type": "classic"},
        "shovelled": {"type": "classic"},
        "arrived": {"type": "classic"},
    }
    for queue_type in TYPES:
        found[f"{queue_type} bare"] = {"type": queue_type}
        found[f"{queue_type} full"] = {"type": queue_type, **settings(queue_type, version)}
        found[f"{queue_type} fixed"] = {
            "type": queue_type,
            "settings_as_arguments": True,
            **settings(queue_type, version, as_arguments=True),
        }
    return found


def bindings(version: Version) -> list[dict[str, Any]]:
    """To queues and to exchanges, with and without keys, with arguments of every type."""
    found: list[dict[str, Any]] = [
        {"source": "events", "destination": "classic bare", "routing_key": "#"},
        {"source": "events", "destination": "classic bare", "routing_key": "order.*.paid"},
        {"source": "events", "destination": "critical"},
        {"source": "events", "destination": "by default", "routing_key": "by default"},
        {"source": "events", "destination": "worked", "routing_key": "work"},
        {"source": "events", "destination": "rejected", "routing_key": "rejected"},
        {"source": "amq.topic", "destination": "federated", "routing_key": "federated.#"},
        _to_exchange("events", "headers", "to headers"),
        _to_exchange("events", "spread", "#"),
        _to_exchange("direct", "passing", "pass"),
        {"source": "headers", "destination": "quorum bare", "arguments": TYPED_ARGUMENTS},
        {
            "source": "headers",
            "destination": "quorum bare",
            "arguments": {"x-match": "all", "format": "pdf"},
        },
        {"source": "headers", "destination": "stream bare", "routing_key": "with a key"},
        {"source": "spread", "destination": "classic bare", "routing_key": "1"},
        {"source": "spread", "destination": "quorum bare", "routing_key": "3"},
        {"source": "unrouted", "destination": "stream bare"},
        {"source": "dead", "destination": "quorum bare"},
        {"source": "passing", "destination": "passing"},
        {"source": "transient", "destination": "shovelled", "routing_key": "shovelled"},
        {"source": "fixed", "destination": "shovelled", "routing_key": "shovelled"},
        {"source": "federated", "destination": "federated", "routing_key": "#"},
    ]
    for queue_type in TYPES:
        for kind in ("full", "fixed"):
            name = f"{queue_type} {kind}"
            found.append({"source": "direct", "destination": name, "routing_key": name})
    if version >= (4, 0):
        found.append(_to_exchange("direct", "local", "local"))
        found.append({"source": "local", "destination": "classic bare"})
    return found


def _to_exchange(source: str, destination: str, routing_key: str) -> dict[str, Any]:
    return {
        "source": source,
        "destination": destination,
        "destination_type": "exchange",
        "routing_key": routing_key,
    }


def policies(version: Version) -> dict[str, Any]:
    """Of every scope that the version has; one of them wins for a queue with settings of its
    own."""
    typed = version >= (3, 12)
    return {
        "policies": {
            "bare": {
                "pattern": " bare$",
                "apply_to": "queues",
                "priority": 1,
                "definition": {"max-length-bytes": 3_000_000_000},
            },
            "classic": {
                "pattern": "^classic ",
                "apply_to": "classic_queues" if typed else "queues",
                "priority": 2,
                "definition": {
                    "max-length": 500,
                    "expires": 3_600_000,
                    "dead-letter-exchange": "dead",
                    "dead-letter-routing-key": "by policy",
                },
            },
            "critical": {
                "pattern": "^critical$",
                "apply_to": "quorum_queues" if typed else "queues",
                "definition": {"max-length": 900, "delivery-limit": 3},
            },
            "stream": {
                "pattern": "^stream bare$",
                "apply_to": "streams" if typed else "queues",
                "priority": 3,
                "definition": {"max-age": "2h"},
            },
            "federate": {
                "pattern": "^federated$",
                "apply_to": "exchanges",
                "definition": {"federation-upstream": "upstream"},
            },
            "everything": {"pattern": ".*", "priority": -5, "definition": {"max-length": 5_000}},
        },
        "operator_policies": {
            "roof": {
                "pattern": "^(classic|quorum) bare$",
                "apply_to": "queues",
                "priority": 7,
                "definition": {"max-length": 700, "max-length-bytes": 1_000_000},
            },
            "last": {"pattern": "^nothing$", "definition": {"message-ttl": 86_400_000}},
        },
    }


def users(vhost: str) -> dict[str, Any]:
    """Users belong to the broker, so their names hold that of the vhost."""
    worker, publisher = f"{vhost} worker", f"{vhost} publisher"
    return {
        "users": {
            worker: {},
            publisher: {"password": PASSWORD, "tags": ["monitoring", "management"]},
            "guest": {"existing": True},
        },
        "permissions": [
            {"user": worker, "read": "^(critical|by default)$"},
            {"user": publisher, "configure": "^tmp\\.", "write": "^events$", "read": "^$"},
            {"user": "guest", "configure": ".*", "write": ".*", "read": ".*"},
        ],
        "topic_permissions": [
            {"user": publisher, "exchange": "events", "write": "^order\\.", "read": ""},
            {"user": publisher, "exchange": "amq.topic", "write": "", "read": "^federated\\."},
            {"user": worker, "exchange": "events", "read": "^order\\..*\\.paid$"},
        ],
        "services": {
            f"{vhost} service": {"publishes": {"events": ["order.*"]}, "consumes": ["worked"]}
        },
    }


def upstreams(url: str) -> dict[str, Any]:
    """One with nothing but its URI, which is used; one with everything."""
    return {
        "upstream": {"uri": url},
        "complete": {
            "uri": url,
            "ack_mode": "on-publish",
            "exchange": "upstream exchange",
            "queue": "upstream queue",
            "expires": 3_000_000_000,
            "message_ttl": 60_000,
            "max_hops": 2,
            "prefetch_count": 50,
            "reconnect_delay": 0,
            "trust_user_id": True,
        },
    }


def shovels(url: str) -> dict[str, Any]:
    """One with what it needs, which moves messages; the others with everything, leading nowhere."""
    return {
        "shovel": {
            "source_uri": url,
            "source_queue": "shovelled",
            "destination_uri": url,
            "destination_queue": "arrived",
        },
        "complete": {
            "source_uri": NOWHERE,
            "source_exchange": "events",
            "source_exchange_key": "order.#",
            "source_prefetch_count": 100,
            "source_delete_after": 5,
            "destination_uri": NOWHERE,
            "destination_exchange": "events",
            "destination_exchange_key": "shovelled",
            "destination_add_forward_headers": True,
            "destination_add_timestamp_header": True,
            "ack_mode": "on-publish",
            "reconnect_delay": 3_600,
        },
        "by address": {
            "source_uri": NOWHERE,
            "source_protocol": "amqp10",
            "source_address": "/queue/shovelled",
            "source_delete_after": "never",
            "destination_uri": NOWHERE,
            "destination_protocol": "amqp10",
            "destination_address": "/queue/shovelled",
            "reconnect_delay": 3_600,
        },
    }
