"""Stacks that are applied once, and then attacked again and again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.live.conftest import MakeStack, engine, make_stack
from tests.safety.crash.campaign import Tally
from tests.safety.landscape import landscape
from tests.safety.stronghold import Stronghold
from tests.support.stack import Stack
from tests.support.summary import Summary
from toolchain.engine import Engine
from toolchain.folders import PROJECT
from toolchain.node import Broker

__all__ = ["engine", "make_stack"]


@pytest.fixture(scope="session")
def tally(request: pytest.FixtureRequest) -> Tally:
    """Counts crash points and lost messages of this run."""
    counted = Tally()
    Summary.of(request.config).add("crashes", lambda: [str(counted)])
    return counted


@pytest.fixture
def stack(make_stack: MakeStack, broker: Broker) -> Stack:
    """A stack on the newest RabbitMQ."""
    return make_stack(broker)


@pytest.fixture(scope="module")
def stronghold(
    engine: Engine, broker: Broker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stronghold]:
    """An applied landscape full of messages, on the newest RabbitMQ."""
    yield from _stronghold(engine, broker, tmp_path_factory)


@pytest.fixture(scope="module")
def each_stronghold(
    engine: Engine, each_broker: Broker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stronghold]:
    """The same on every RabbitMQ."""
    yield from _stronghold(engine, each_broker, tmp_path_factory)


def _stronghold(
    engine: Engine, broker: Broker, folders: pytest.TempPathFactory
) -> Iterator[Stronghold]:
    stack = Stack(folders.mktemp("stronghold") / "project", engine, broker, PROJECT)
    with ExitStack() as ending:
        ending.callback(stack.clean)
        yield ending.enter_context(Stronghold(stack, landscape(stack.vhost)))
