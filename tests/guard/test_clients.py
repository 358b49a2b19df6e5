"""Whether somebody is connected, as real brokers tell of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pika

from tests.features.eventually import eventually
from tests.support.api import Api
from toolchain.node import Broker
from topology.broker import BrokerReader, Management
from topology.broker.connection import Connection
from topology.broker.queue_depth import CONNECTION_NAME
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


def test_the_guards_own_connection_is_no_client(broker: Broker) -> None:
    """RabbitMQ lists it by the name that it has given itself, after a while."""
    guarded = GuardedBroker(reached(broker))
    with vhost_on(broker) as vhost, guarded.management as management:
        assert guarded.ready_now(vhost, "none") is None
        eventually(lambda: told_of(management, vhost), wanted=True)
        listed = BrokerReader(management).connections(vhost)
        assert [one.own_name for one in listed] == [CONNECTION_NAME]
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
