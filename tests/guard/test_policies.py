"""What a policy does is known before a broker's statistics tell of it."""

from __future__ import annotations

import pytest

from tests.guard.test_clients import reached, vhost_on
from tests.support.api import Api
from toolchain.node import Broker
from topology.guard import GuardedBroker


@pytest.mark.parametrize("queue_type", ["classic", "quorum"])
def test_a_policy_is_known_from_its_first_moment(each_broker: Broker, queue_type: str) -> None:
    with vhost_on(each_broker) as vhost, Api(each_broker) as api:
        body = {"durable": True, "arguments": {"x-queue-type": queue_type}}
        api.put("queues", vhost, "work", body=body)
        policy = {"pattern": "^work$", "definition": {"dead-letter-exchange": "dead"}}
        api.put("policies", vhost, "to the dead", body=policy)
        guarded = GuardedBroker(reached(each_broker))
        with guarded.management:
            assert list(guarded.feeders(vhost, "dead")) == ["work"]
            assert guarded.names_under(vhost, "to the dead", "queues") == ["work"]


def test_a_policy_of_an_exchange_is_known_at_once(each_broker: Broker) -> None:
    with vhost_on(each_broker) as vhost, Api(each_broker) as api:
        api.put("exchanges", vhost, "events", body={"type": "direct"})
        definition = {"alternate-exchange": "unrouted"}
        policy = {"pattern": "^events$", "apply-to": "exchanges", "definition": definition}
        api.put("policies", vhost, "alternate", body=policy)
        guarded = GuardedBroker(reached(each_broker))
        with guarded.management:
            assert guarded.names_under(vhost, "alternate", "exchanges") == ["events"]
