"""KEDA asks for a queue's length as the service itself: by a passive declaration over AMQP."""

from __future__ import annotations

from uuid import uuid4

import pika

from tests.features.eventually import eventually
from tests.rules.applying import put
from tests.support.api import Api
from toolchain.node import Broker
from topology.check import check
from topology.version import BrokerFacts, Version


def test_a_service_may_ask_for_the_length_of_what_it_consumes(broker: Broker) -> None:
    token = uuid4().hex[:8]
    vhost, user = f"keda-{token}", f"packer-{token}"
    raw = {
        "vhost": vhost,
        "queues": {"packing": {"type": "quorum"}},
        "services": {user: {"consumes": ["packing"]}},
    }
    settled = check(raw, BrokerFacts(Version.parse(broker.version))).usable()
    (rights,) = settled.topology.permissions
    with Api(broker) as api:
        put(api, settled)
        api.put("users", user, body={"password": "pw", "tags": ""})
        body = {"configure": rights.configure, "write": rights.write, "read": rights.read}
        api.put("permissions", vhost, user, body=body)
        try:
            assert api.publish(vhost, "", "packing")
            parameters = pika.URLParameters(f"{broker.amqp}/{vhost}")
            parameters.credentials = pika.PlainCredentials(user, "pw")
            with pika.BlockingConnection(parameters) as connection:
                channel = connection.channel()
                eventually(
                    lambda: channel.queue_declare("packing", passive=True).method.message_count, 1
                )
        finally:
            api.delete("vhosts", vhost)
            api.delete("users", user)
