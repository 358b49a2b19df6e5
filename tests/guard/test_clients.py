"""Whether somebody is connected, as real brokers tell of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pika

from tests.features.eventually import eventually
from tests.support.api import Api
from toolchain.node import Broker
from topology.broker import BrokerReader, Management
from topology.broker.connection import Connection
from topology.broker.statistics import CONNECTION_SECONDS
from topology.guard import GuardedBroker
from topology.guard.clients import Clients
from topology.urls import amqp_url, with_credentials


@contextmanager
def vhost_on(broker: Broker) -> Iterator[str]:
    name = f"clients-{uuid4().hex[:8]}"
    with Api(broker) as api:
        api.put("vhosts", name)
        yield name
        api.delete("vhosts", name)


def reached(broker: Broker) -> Connection:
    return Connection(broker.management, broker.amqp, broker.username, broker.password)


def connected(connection: Connection, vhost: str) -> pika.BlockingConnection:
    url = amqp_url(connection.amqp_endpoint, vhost)
    login = with_credentials(url, connection.username, connection.password)
    return pika.BlockingConnection(pika.URLParameters(login))


def clients(management: Management) -> Clients:
    reader = BrokerReader(management)
    return Clients(lambda: reader, reader.timing)


def told_of(management: Management, vhost: str) -> bool:
    return bool(management.get("vhosts", vhost, "connections"))


def until_counted(management: Management) -> None:
    """Waits until RabbitMQ counts no more connections: it counts them seconds after they come."""

    def counted() -> int:
        columns = "churn_rates.connection_created"
        return int(management.get("overview", columns=columns)["churn_rates"]["connection_created"])

    def unchanged() -> bool:
        before = counted()
        time.sleep(CONNECTION_SECONDS)
        return counted() == before

    eventually(unchanged, wanted=True)


def test_who_comes_is_seen(each_broker: Broker) -> None:
    connection = reached(each_broker)
    with vhost_on(each_broker) as vhost, connection.management() as management:
        found = clients(management)
        found.look(vhost)
        with connected(connection, vhost):
            assert not found.absent(vhost)
        assert not found.absent(vhost), "who was there once may have left something"


def test_who_comes_and_goes_is_seen(each_broker: Broker) -> None:
    """As PHP's publishers do, which connect for each request: no list of connections has them."""
    connection = reached(each_broker)
    with vhost_on(each_broker) as vhost, connection.management() as management:
        found = clients(management)
        found.look(vhost)
        connected(connection, vhost).close()
        assert not found.absent(vhost)


def test_the_guards_own_connection_is_nobody(broker: Broker) -> None:
    guarded = GuardedBroker(reached(broker))
    with vhost_on(broker) as vhost, guarded.management as management:
        assert guarded.ready_now(vhost, "none") is None
        eventually(lambda: told_of(management, vhost), wanted=True)
        until_counted(management)
        found = clients(management)
        found.look(vhost)
        assert found.absent(vhost)
        assert not clients(management).absent(vhost), "nobody looked at first"
        guarded.hang_up()


def test_who_was_there_at_first_is_not_forgotten(broker: Broker) -> None:
    connection = reached(broker)
    with vhost_on(broker) as vhost, connection.management() as management:
        with connected(connection, vhost):
            eventually(lambda: told_of(management, vhost), wanted=True)
            found = clients(management)
            found.look(vhost)
        eventually(lambda: told_of(management, vhost), wanted=False)
        assert not found.absent(vhost)
