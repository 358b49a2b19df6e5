"""That an exchange is published to, as real brokers tell of it."""

from __future__ import annotations

from tests.guard.test_clients import connected, reached, vhost_on
from tests.safety.messages import Messages
from tests.support.api import Api
from toolchain.node import Broker
from topology.guard import GuardedBroker


def test_what_came_since_the_run_began_is_counted(broker: Broker) -> None:
    """Once only, so that there never is a rate in two samples."""
    with vhost_on(broker) as vhost, Api(broker) as api:
        for name in ("used", "idle"):
            api.put("exchanges", vhost, name, body={"type": "fanout", "durable": True})
        api.put("queues", vhost, "q", body={"durable": True})
        api.post("bindings", vhost, "e", "used", "q", "q", body={})
        connection = reached(broker)
        guarded = GuardedBroker(connection)
        with guarded.management:
            guarded.begin(vhost)
            with Messages(broker, vhost) as messages:
                messages.put("q", 3, exchange="used")
            with connected(connection, vhost):
                assert guarded.traffic(vhost, "used", wait=True).count == 3
                assert not guarded.traffic(vhost, "idle", wait=True)
