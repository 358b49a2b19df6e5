"""A cluster of three nodes behind a load balancer, and a node of it that is down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.cluster.landscape import landscape
from tests.live.conftest import MakeStack
from tests.support.balancer import Turn, balancer
from tests.support.cluster import NODES, Cluster
from toolchain.node import Broker

pytestmark = pytest.mark.timeout(900)


def _by(first: Turn, second: Turn) -> pytest.MarkDecorator:
    """By which turns: by the first always, by the second in long runs."""
    turns = [pytest.param(first), pytest.param(second, marks=pytest.mark.soak)]
    names = [f"by-{turn.value}" for turn in (first, second)]
    return pytest.mark.parametrize("balanced", turns, indirect=True, ids=names)


@pytest.fixture
def balanced(nodes: Cluster, request: pytest.FixtureRequest) -> Iterator[Broker]:
    """The cluster as one broker: its nodes are asked by turns."""
    management = [nodes.brokers[name].management for name in NODES]
    with balancer(management, request.param) as proxy:
        yield replace(nodes.brokers[NODES[0]], management=proxy.url)


@_by(Turn.REQUEST, Turn.CONNECTION)
def test_a_stack_comes_up_stays_and_goes(balanced: Broker, make_stack: MakeStack) -> None:
    stack = make_stack(balanced)
    stack.configure(landscape(stack.vhost))
    said = stack.run("up", "--yes", "--skip-preview")
    assert said.code == 0, said.text
    assert len(stack.state()) > 150
    stack.expect_no_changes()
    said = stack.run("destroy", "--yes", "--skip-preview", "--run-program")
    assert said.code == 0, said.text


@_by(Turn.CONNECTION, Turn.REQUEST)
def test_a_node_that_is_down_is_passed_over(
    nodes: Cluster, balanced: Broker, make_stack: MakeStack
) -> None:
    """Of three turns one leads to a node that does not answer."""
    stack = make_stack(balanced)
    config = landscape(stack.vhost, 6)
    nodes.stop_app(NODES[2])
    try:
        stack.configure(config)
        said = stack.run("up", "--yes", "--skip-preview")
        assert said.code == 0, said.text
    finally:
        nodes.start_app(NODES[2])
    stack.expect_no_changes()
