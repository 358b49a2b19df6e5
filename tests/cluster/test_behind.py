"""What is written on one node and read on another, with the real engine and a single broker.

The proxy before it misses each object at the first read after it was written, as a node does that
has not learnt of it yet. This holds with any number of nodes, so it needs no cluster.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.cluster.landscape import landscape
from tests.live.conftest import MakeStack
from tests.support.balancer import Balancer, Behind, balancer
from tests.support.config import dev
from toolchain.node import Broker


@pytest.fixture
def proxy(broker: Broker, request: pytest.FixtureRequest) -> Iterator[Balancer]:
    """Asked for before the stacks on it, it outlives them."""
    with balancer([broker.management], behind=request.param) as found:
        yield found


@pytest.mark.parametrize("proxy", [Behind.ONE_READ], indirect=True)
def test_what_one_node_has_not_seen_yet_is_waited_for(
    proxy: Balancer, make_stack: MakeStack, broker: Broker
) -> None:
    stack = make_stack(replace(broker, management=proxy.url))
    config = landscape(stack.vhost, 6)
    stack.configure(config)
    said = stack.run("up", "--yes", "--skip-preview")
    assert said.code == 0, said.text
    assert proxy.unseen.missed > len(config["queues"])
    stack.expect_no_changes()
    # Changes in place are read back, too.
    config["queues"]["q0"]["max_length_bytes"] = 7_000_000
    config["permissions"][0]["read"] = "^q1$"
    stack.configure(config)
    said = stack.run("up", "--yes", "--skip-preview")
    assert said.code == 0, said.text
    stack.expect_no_changes()
    stack.destroy()


@pytest.mark.parametrize("proxy", [Behind.FOR_EVER], indirect=True)
def test_what_a_node_never_sees_ends_with_the_likely_cause(
    proxy: Balancer, make_stack: MakeStack, broker: Broker
) -> None:
    stack = make_stack(replace(broker, management=proxy.url))
    stack.configure(dev(stack.vhost))
    said = stack.run("up", "--yes", "--skip-preview")
    assert said.code != 0, said.text
    assert f"vhost {stack.vhost}: it was written, and was missing" in said.text, said.text
    assert "in each of 9 tries within 16 seconds" in said.text, said.text
    assert "set rabbitmq:endpoint to one node" in said.text, said.text
