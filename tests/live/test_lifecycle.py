"""A stack from its first `up` to its end."""

from __future__ import annotations

from typing import Any

from tests.support.api import Api
from tests.support.config import EXCHANGE, KEY, QUEUE, dev
from tests.support.idle import until_idle
from tests.support.stack import Stack


def test_a_stack_lives(stack: Stack, api: Api) -> None:
    vhost = stack.vhost
    stack.configure(dev(vhost))
    assert stack.counted_up() == {"create": 5}
    outputs = stack.outputs()
    assert outputs["queue_url"].value == (f"{stack.broker.amqp}/{vhost}#queue={QUEUE}")
    assert not [name for name, output in outputs.items() if output.secret]
    assert api.exchanges(vhost)[EXCHANGE]["durable"] is True
    assert api.queues(vhost)[QUEUE]["durable"] is True
    assert api.publish(vhost, EXCHANGE, KEY)
    stack.expect_no_changes()

    stack.configure(grown(vhost))
    assert stack.counted_up() == {"create": 4, "same": 5}
    assert api.publish(vhost, "fan", "any")
    stack.expect_no_changes()
    assert api.take(vhost, QUEUE) == 2, "growing must keep messages where they are"
    until_idle(api, vhost, "fan")

    stack.configure(dev(vhost))
    assert stack.counted_up() == {"delete": 4, "same": 5}
    assert set(api.queues(vhost)) == {QUEUE} and set(api.exchanges(vhost)) == {EXCHANGE}
    stack.expect_no_changes()

    stack.destroy()
    assert vhost not in api.vhosts()
    assert stack.state() == []


def grown(vhost: str) -> dict[str, Any]:
    """The dev stack with an exchange in front of it and a replicated queue beside it."""
    topology = dev(vhost)
    topology["exchanges"]["fan"] = {"type": "fanout"}
    topology["queues"]["audit"] = {"type": "quorum"}
    topology["bindings"] += [
        {"source": "fan", "destination": EXCHANGE, "destination_type": "exchange"},
        {"source": "fan", "destination": QUEUE},
    ]
    return topology


def test_the_default_vhost_stays(stack: Stack, api: Api) -> None:
    queue, before = f"queue-{stack.token}", set(api.queues("/"))
    stack.configure({"vhost": {"name": "/", "adopt": True}, "queues": {queue: {}}})
    stack.up()
    assert stack.outputs()["amqp_url"].value == f"{stack.broker.amqp}/%2F"
    stack.expect_no_changes()
    assert queue in api.queues("/")
    stack.destroy()
    assert "/" in api.vhosts() and set(api.queues("/")) == before


def test_a_queue_that_somebody_deleted_comes_back(stack: Stack, api: Api) -> None:
    stack.configure(dev(stack.vhost))
    stack.up()
    api.delete("queues", stack.vhost, QUEUE)
    assert stack.run("preview", "--refresh", "--expect-no-changes").code != 0
    assert stack.run("up", "--yes", "--refresh").code == 0
    assert api.publish(stack.vhost, EXCHANGE, KEY), "the binding has to come back with it"
    stack.expect_no_changes()


def test_a_queue_that_is_replaced_keeps_its_bindings(stack: Stack, api: Api) -> None:
    stack.configure(dev(stack.vhost))
    stack.up()
    stack.configure(dev(stack.vhost) | {"queues": {QUEUE: {"max_priority": 5}}})
    assert stack.counted_up() == {"same": 3, "replace": 2}
    assert api.queues(stack.vhost)[QUEUE]["arguments"]["x-max-priority"] == 5
    assert api.publish(stack.vhost, EXCHANGE, KEY)
    stack.expect_no_changes()
