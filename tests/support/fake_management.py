"""A management API that answers what a test says, without a broker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from topology.broker import Management

_OVERVIEW = {"rabbitmq_version": "4.3.6", "exchange_types": []}


class FakeManagement(Management):
    """Answers by path, as in `queues/v`; 404 for every other path. Keeps what was deleted."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        super().__init__("http://localhost:1", "guest", "guest")
        self.answers = {"whoami": {"name": "deployer"}, "overview": _OVERVIEW, **answers}
        self.deleted: list[str] = []

    def find(self, *path: str, **query: str) -> Any | None:
        del query
        return self.answers.get("/".join(path))

    def delete(self, *path: str, **query: str) -> str | None:
        del query
        self.deleted.append("/".join(path))
        return None


def shared_vhost(vhost: str = "v") -> dict[str, Any]:
    """What the API answers of a vhost with something of each kind, and what RabbitMQ itself makes
    in every vhost."""
    names = ("", "amq.direct", "events")
    binding = {"source": "events", "destination": "work", "destination_type": "queue"}
    default = {"source": "", "destination": "work", "destination_type": "queue"}
    parameters = [
        {"vhost": vhost, "component": "vhost-limits", "name": "limits"},
        {"vhost": vhost, "component": "operator_policy", "name": "ttl"},
        {"vhost": vhost, "component": "federation-upstream-set", "name": "both"},
        {"vhost": vhost, "component": "shovel", "name": "copy"},
        {"vhost": "another", "component": "shovel", "name": "theirs"},
    ]
    return {
        "vhosts": [{"name": "/"}, {"name": vhost}],
        f"vhosts/{vhost}": {"name": vhost},
        f"queues/{vhost}": [{"name": "work"}],
        f"exchanges/{vhost}": [{"name": name} for name in names],
        f"bindings/{vhost}": [{**default, "routing_key": "work"}, {**binding, "routing_key": "#"}],
        f"policies/{vhost}": [{"name": "limits", "pattern": ""}],
        f"operator-policies/{vhost}": [{"name": "ttl", "pattern": ""}],
        "parameters": parameters,
        f"vhosts/{vhost}/permissions": [{"user": user} for user in ("guest", "deployer", "app")],
        f"vhosts/{vhost}/topic-permissions": [{"user": "app", "exchange": "events"}],
        f"vhosts/{vhost}/connections": [],
    }
