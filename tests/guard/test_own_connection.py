"""The guards' own AMQP connection is no client, and is told from one by number alone."""

from __future__ import annotations

import pytest

from tests.support.memory_broker import MemoryBroker
from topology.broker import BrokerReader
from topology.guard.clients import Clients
from topology.guard.live_clients import LiveClients


@pytest.mark.parametrize(
    ("own", "others", "unused"), [(0, 0, True), (1, 0, True), (1, 1, False), (0, 1, False)]
)
def test_unused(own: int, others: int, *, unused: bool) -> None:
    broker = MemoryBroker()
    broker.vhost("v")
    for _ in range(own):
        broker.connect("v", own_name="rabbitmq-topology")
    for _ in range(others):
        broker.connect("v")
    reader = BrokerReader(broker.management(), broker.time.timing())
    found = LiveClients(lambda: reader, reader.timing, lambda vhost: own == 1 and vhost == "v")
    assert found.none("v") == unused
    assert found.any("v") == (not unused)


def test_the_guards_own_connection_makes_no_wait_for_statistics() -> None:
    """It is on the list of the vhost's connections by its name; it was made before the run."""
    broker = MemoryBroker()
    broker.vhost("v")
    broker.connect("v", own_name="rabbitmq-topology")
    broker.time.pass_(60)
    reader = BrokerReader(broker.management(), broker.time.timing())
    found = Clients(lambda: reader, reader.timing)
    found.look("v")
    assert found.absent("v")
    assert not Clients(lambda: reader, reader.timing).absent("v"), "no look was taken at first"
