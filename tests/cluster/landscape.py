"""A topology with every kind of object that a cluster may not have seen everywhere."""

from __future__ import annotations

from typing import Any

SIZE = 33
_PERMISSION = {"configure": "^$", "write": "^e", "read": "^q"}
_TOPIC_PERMISSION = {"exchange": "e0", "write": ".*", "read": ".*"}


def landscape(vhost: str, size: int = SIZE) -> dict[str, Any]:
    """About five objects for each of `size`, beside ten exchanges."""
    names = range(size)
    users = [f"{vhost}-{number}" for number in range(size // 3)]
    return {
        "vhost": {"name": vhost, "max_queues": 10 * size},
        "exchanges": {f"e{number}": {"type": "topic"} for number in range(10)},
        "queues": {f"q{number}": _queue(number) for number in names},
        "bindings": [
            {"source": f"e{number % 10}", "destination": f"q{number}", "routing_key": key}
            for number in names
            for key in ("a", "b")
        ],
        # A stream always holds messages.
        "allow_deletion": {"queues": [f"q{number}" for number in names if number % 3 == 2]},
        "users": {user: {"password": "of-a-test", "tags": []} for user in users},
        "permissions": [
            {"user": user, "configure": "^$", "write": "^e", "read": "^q"} for user in users
        ],
        "topic_permissions": [
            {"user": user, "exchange": "e0", "write": ".*", "read": ".*"} for user in users
        ],
    }


def _queue(number: int) -> dict[str, Any]:
    kind = ("classic", "quorum", "stream")[number % 3]
    # A third of them, and so about a sixth of all objects, gets a policy.
    return {"type": kind} | ({"max_length_bytes": 1_000_000 + number} if number % 3 == 0 else {})
