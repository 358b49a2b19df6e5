"""A topology put on a broker without Pulumi, for tests that need many of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pika

from tests.support.api import Api
from toolchain.node import Broker
from topology.expand import Access, Expanded
from topology.model import Permission, Topology
from topology.urls import amqp_url, with_credentials
from topology.verify import Outcome, acts, prove

PASSWORD = "p@ss:w/rd%+"


@dataclass(frozen=True)
class Landed:
    """A vhost that holds what a topology declares, its services' users included."""

    broker: Broker
    api: Api
    expanded: Expanded

    @property
    def topology(self) -> Topology:
        return self.expanded.settled.topology

    def url(self, access: Access) -> str:
        url = amqp_url(self.broker.amqp, self.topology.vhost.name)
        return with_credentials(url, access.username, PASSWORD)

    def outcomes(self, service: str) -> list[Outcome]:
        access = self.expanded.access[service]
        return list(prove(pika.URLParameters(self.url(access)), acts(access, self.topology)))

    def permit(self, permission: Permission) -> None:
        body = permission.model_dump(exclude={"user"})
        self.api.put("permissions", self.topology.vhost.name, permission.user, body=body)


@contextmanager
def landed(broker: Broker, expanded: Expanded) -> Iterator[Landed]:
    """Puts a topology on a broker, and takes it off again."""
    topology = expanded.settled.topology
    with Api(broker) as api:
        found = Landed(broker, api, expanded)
        try:
            _declare(found)
            yield found
        finally:
            api.delete("vhosts", topology.vhost.name)
            for user in topology.users:
                api.delete("users", user)


def _declare(found: Landed) -> None:
    api, topology, vhost = found.api, found.topology, found.topology.vhost.name
    api.put("vhosts", vhost)
    for name, exchange in topology.exchanges.items():
        api.put("exchanges", vhost, name, body={"type": exchange.type, "durable": True})
    for name, queue in topology.queues.items():
        arguments = {**queue.arguments, "x-queue-type": queue.type}
        api.put("queues", vhost, name, body={"durable": True, "arguments": arguments})
    for binding in topology.bindings:
        end = "q" if binding.destination_type == "queue" else "e"
        body = {"routing_key": binding.routing_key, "arguments": binding.arguments}
        api.post("bindings", vhost, "e", binding.source, end, binding.destination, body=body)
    for name in topology.users:
        api.put("users", name, body={"password": PASSWORD, "tags": ""})
    for permission in topology.permissions:
        found.permit(permission)
    for topic in topology.topic_permissions:
        api.put("topic-permissions", vhost, topic.user, body=topic.model_dump(exclude={"user"}))
