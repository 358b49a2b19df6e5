"""Two topologies in one program, one of them on a broker that is known once it is made."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

from topology import Connection, Topology

config = pulumi.Config()


class _Made(ResourceProvider):
    """Stands for a cloud: what it makes has an address only once it is made."""

    def create(self, props: Any) -> CreateResult:
        addresses = {"management": props["is_at"]["management"], "amqp": props["is_at"]["amqp"]}
        return CreateResult("broker", {**props, **addresses})


class Broker(Resource):
    """A broker that this program makes."""

    management: pulumi.Output[str]
    amqp: pulumi.Output[str]

    def __init__(self, name: str, is_at: dict[str, str]) -> None:
        super().__init__(_Made(), name, {"is_at": is_at, "management": None, "amqp": None})


def declared(vhost: str) -> dict[str, Any]:
    """A queue and a service."""
    return {
        "vhost": vhost,
        "exchanges": {"e": {"type": "direct"}},
        "queues": {queue: {}},
        "bindings": [{"source": "e", "destination": queue, "routing_key": "k"}],
        "services": {f"{vhost}-worker": {"publishes": ["e"], "consumes": [queue]}},
    }


login = {"username": config.require("username"), "password": config.require_secret("password")}
at = {"management": config.require("management"), "amqp": config.require("amqp")}
vhost, queue = config.require("vhost"), config.get("queue") or "q"
known = Topology(
    "known",
    topology=declared(f"{vhost}-known"),
    connection=Connection(management_endpoint=at["management"], amqp_endpoint=at["amqp"], **login),
)
pulumi.export("known", known.queue_urls)

if not config.get_bool("without"):
    broker = Broker("broker", at)
    addresses = {"management_endpoint": broker.management, "amqp_endpoint": broker.amqp}
    made = Topology("made", topology=declared(f"{vhost}-made"), connection={**addresses, **login})
    pulumi.export("made", made.queue_urls)
    pulumi.export("made_urn", made.urn)
    pulumi.export("services", made.services)
