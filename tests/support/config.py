"""Config dicts that tests start from."""

from __future__ import annotations

from typing import Any

EXCHANGE, QUEUE, KEY = "my-exchange", "my-queue", "my-routing-key"


def dev(vhost: str = "my-vhost") -> dict[str, Any]:
    """The dev stack's config dict: a direct exchange, a queue, and the binding between them."""
    return {
        "vhost": vhost,
        "exchanges": {EXCHANGE: {"type": "direct"}},
        "queues": {QUEUE: {}},
        "bindings": [{"source": EXCHANGE, "destination": QUEUE, "routing_key": KEY}],
    }
