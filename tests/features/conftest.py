"""Stacks that several tests look at, and the broker they are on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.live.conftest import engine
from tests.support.stack import Stack
from toolchain.engine import Engine
from toolchain.folders import PROJECT
from toolchain.node import Broker

__all__ = ["engine"]

NewStack = Callable[[Broker], Stack]


@pytest.fixture(scope="module")
def new_stack(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewStack]:
    """Makes stacks for the tests of a module; what they left on the broker is taken off then."""
    with ExitStack() as ending:

        def new(broker: Broker) -> Stack:
            folder = tmp_path_factory.mktemp("stack") / "project"
            stack = Stack(folder, engine, broker, PROJECT)
            ending.callback(stack.clean)
            return stack

        yield new
