"""A topology with something of everything that is watched."""

from __future__ import annotations

from typing import Any

from topology.alerts import Watch, watch
from topology.check import Checked, check
from topology.version import BrokerFacts, Version

SHOP: dict[str, Any] = {
    "vhost": {"name": "shop", "default_queue_type": "quorum"},
    "exchanges": {
        "orders": {"type": "topic", "alternate_exchange": "lost"},
        "lost": {"type": "fanout"},
    },
    "queues": {
        "packing": {
            "max_length": 100_000,
            "overflow": "reject-publish",
            "message_ttl": 3_600_000,
            "retry": {"delays": ["5s", "1m"]},
        },
        "billing": {
            "type": "classic",
            "max_length_bytes": 1_000_000,
            "expires": 7_200_000,
            "dead_letter": {"queue": "failed"},
        },
        "failed": {"type": "classic"},
        "newest": {"type": "classic", "max_length": 1},
        "audit": {"type": "stream", "max_length_bytes": 1_000_000_000},
        "lost": {},
    },
    "bindings": [
        {"source": "orders", "destination": "packing", "routing_key": "o.*"},
        {"source": "orders", "destination": "billing", "routing_key": "o.*"},
        {"source": "orders", "destination": "audit", "routing_key": "#"},
        {"source": "orders", "destination": "newest", "routing_key": "#"},
        {"source": "lost", "destination": "lost"},
    ],
    "policies": {
        "federated": {
            "pattern": "^orders$",
            "apply_to": "exchanges",
            "definition": {"federation-upstream": "up"},
        }
    },
    "operator_policies": {
        "cap": {"pattern": "^packing$", "apply_to": "queues", "definition": {"max-length": 500}}
    },
    "federation_upstreams": {"up": {"uri": "amqp://127.0.0.1:1"}},
    "shovels": {
        "move": {
            "source_uri": "amqp://127.0.0.1:1",
            "source_queue": "audit",
            "destination_uri": "amqp://127.0.0.1:1",
            "destination_queue": "lost",
        }
    },
    "services": {
        "shop": {"publishes": {"orders": ["o.*"]}},
        "packer": {"consumes": ["packing"]},
        "biller": {"consumes": ["billing"]},
    },
}

AWKWARD = 'a "b" {{c}} \\d é 💥 {e}'
"""A name with what PromQL, Go's templates and YAML have a meaning for."""


def checked(raw: Any, version: str = "4.3") -> Checked:
    found = check(raw, BrokerFacts(Version.parse(version)))
    assert found.errors == ()
    return found


def watched(raw: Any, version: str = "4.3") -> Watch:
    return watch(checked(raw, version).expanded, Version.parse(version))
