"""A quorum queue that RabbitMQ could not start again: nobody knows what is in it."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.features.eventually import eventually
from tests.guard.test_clients import reached, vhost_on
from tests.support.api import Api
from toolchain.node import Broker, PrivateNode
from topology.broker import BrokerError, Timing
from topology.guard import GuardedBroker

QUORUM = {"durable": True, "arguments": {"x-queue-type": "quorum"}}


def _lose_what_the_queue_is(node: PrivateNode, broker: Broker, vhost: str, queue: str) -> None:
    """As a kill in the middle of its deletion leaves it: told of, without its files."""
    node.stop()
    (file,) = node.folder.path.glob("data/*/quorum/*/*/config")
    file.unlink()
    node.start()
    with Api(broker) as api:
        # Later releases than 3.10 begin such a queue anew.
        if api.get("queues", vhost, queue).get("leader"):
            pytest.skip("this RabbitMQ has started the queue again")


def test_nothing_is_known_of_it(node: PrivateNode) -> None:
    broker, queue = node.broker, f"held-{uuid4().hex[:8]}"
    with vhost_on(broker) as vhost, Api(broker) as api:
        api.put("queues", vhost, queue, body=QUORUM)
        eventually(lambda: bool(api.get("queues", vhost, queue).get("leader")), wanted=True)
        _lose_what_the_queue_is(node, broker, vhost, queue)
        guarded = GuardedBroker(reached(broker), timing=Timing(restart=0.5))
        with guarded.management:
            guarded.begin(vhost)
            counts = guarded.ready_now(vhost, queue)
            assert counts and counts.free, "RabbitMQ counts no messages in what it does not know"
            with pytest.raises(BrokerError) as refused:
                guarded.settled_occupancy(vhost, queue)
        guarded.hang_up()
    (problem,) = refused.value.problems
    assert f"quorum queue {queue} has no leader that answers" in problem.message
    assert f"allow_deletion: {{queues: [{queue}]}}" in str(problem)
