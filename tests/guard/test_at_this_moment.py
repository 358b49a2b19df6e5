"""What guards know without a wait, on real brokers, while clients come and go."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pika
import pytest
from pika.exceptions import AMQPError

from tests.features.eventually import eventually
from tests.guard.test_clients import connected, reached, vhost_on
from tests.support import amqp10
from tests.support.api import Api
from toolchain.node import Broker
from topology.broker.connection import Connection
from topology.guard import GuardedBroker
from topology.guard.occupancy import Occupancy
from topology.version import Version

_TIMES = 5


@contextmanager
def guarded_queue(broker: Broker, kind: str) -> Iterator[tuple[Connection, GuardedBroker, str]]:
    connection = reached(broker)
    guarded = GuardedBroker(connection)
    declared = {"durable": True, "arguments": {"x-queue-type": kind}}
    with vhost_on(broker) as vhost, Api(broker) as api, guarded.management:
        api.put("queues", vhost, "q", body=declared)
        guarded.begin(vhost)
        yield connection, guarded, vhost
        guarded.hang_up()


def test_a_classic_queue_is_counted_at_this_moment(each_broker: Broker) -> None:
    with (
        guarded_queue(each_broker, "classic") as (connection, guarded, vhost),
        connected(connection, vhost) as client,
    ):
        channel = client.channel()
        channel.confirm_delivery()

        def held() -> Occupancy | None:
            return guarded.occupancy(vhost, "q", wait=False, listed=False)

        for _ in range(_TIMES):
            channel.basic_publish("", "q", b"message")
            assert held() == Occupancy(ready=1)
            method, _, _ = channel.basic_get("q")
            assert held() == Occupancy(unacknowledged=1)
            channel.basic_reject(method.delivery_tag, requeue=False)
            # RabbitMQ does not answer a rejection; what it answers next, it has done after it.
            channel.queue_declare("q", passive=True)
            assert held() == Occupancy()


@pytest.mark.parametrize("cut_off", [False, True], ids=["closed", "cut off"])
def test_what_the_last_client_of_a_quorum_queue_had_taken_is_ready(
    each_broker: Broker,
    cut_off: bool,  # noqa: FBT001
) -> None:
    with guarded_queue(each_broker, "quorum") as (connection, guarded, vhost):
        for number in range(1, _TIMES + 1):
            client = connected(connection, vhost)
            channel = client.channel()
            channel.confirm_delivery()
            channel.basic_publish("", "q", b"message")
            taken = [channel.basic_get("q") for _ in range(number)]
            assert all(method for method, _, _ in taken)
            assert not guarded._live_clients.none(vhost)  # noqa: SLF001
            leave(client, cut_off=cut_off)
            eventually(lambda: guarded._live_clients.none(vhost), wanted=True)  # noqa: SLF001
            found = guarded.occupancy(vhost, "q", wait=True, listed=False)
            assert found == Occupancy(ready=number)


def leave(client: pika.BlockingConnection, *, cut_off: bool) -> None:
    if not cut_off:
        client.close()
        return
    # What is left open of a connection would be a warning when it is collected.
    client._impl._transport._sock.shutdown(socket.SHUT_RDWR)  # noqa: SLF001
    with suppress(AMQPError, OSError):
        client.sleep(60)


def test_a_client_of_amqp_1_0_is_seen_at_once(each_broker: Broker) -> None:
    if Version.parse(each_broker.version) < Version(4, 0):
        pytest.skip("takes AMQP 1.0 with a plugin, with which connections are not certain")
    with guarded_queue(each_broker, "quorum") as (_, guarded, vhost):
        for _ in range(_TIMES):
            with amqp10.connected(each_broker, vhost):
                assert guarded._live_clients.any(vhost)  # noqa: SLF001
            eventually(lambda: guarded._live_clients.any(vhost), wanted=False)  # noqa: SLF001


def test_dead_letters_that_a_quorum_queue_keeps_are_messages(broker: Broker) -> None:
    """They are neither ready nor unacknowledged, and no client need be there."""
    with guarded_queue(broker, "quorum") as (connection, guarded, vhost), Api(broker) as api:
        arguments = {
            "x-queue-type": "quorum",
            "x-overflow": "reject-publish",
            "x-dead-letter-strategy": "at-least-once",
            "x-dead-letter-exchange": "missing",
        }
        api.put("queues", vhost, "kept", body={"durable": True, "arguments": arguments})
        with connected(connection, vhost) as client:
            channel = client.channel()
            channel.confirm_delivery()
            channel.basic_publish("", "kept", b"message")
            method, _, _ = channel.basic_get("kept")
            channel.basic_reject(method.delivery_tag, requeue=False)
        eventually(lambda: int(api.queues(vhost)["kept"].get("messages_dlx", 0)), wanted=1)
        found = guarded.occupancy(vhost, "kept", wait=True, listed=False)
        assert found is not None
        assert (found.ready, found.unacknowledged, found.dead_letters) == (0, 0, 1)
