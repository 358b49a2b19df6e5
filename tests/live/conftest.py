"""Stacks for the tests that apply them to a broker."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.support.api import Api
from tests.support.stack import Stack
from tests.support.virtualenv import virtualenv
from toolchain.engine import Engine, current
from toolchain.environment import tuning
from toolchain.folders import PROJECT
from toolchain.node import Broker

MakeStack: TypeAlias = Callable[..., Stack]

_INHERITED = ("PULUMI_", "RABBITMQ_ENDPOINT", "RABBITMQ_USERNAME", "RABBITMQ_PASSWORD")
"""Variables by which a person's shell would reach into the tests."""


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The engine that `make up` uses, found or built if there is none yet."""
    found = current()
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(_INHERITED):
                patch.delenv(name)
        for name, value in (tuning() | found.environment()).items():
            patch.setenv(name, value)
        # The language host runs the Python that is first.
        first = [str(virtualenv() / "bin"), str(Path(sys.executable).parent), found.programs]
        patch.setenv("PATH", os.pathsep.join([*first, os.environ["PATH"]]))
        yield found


@pytest.fixture
def make_stack(engine: Engine, tmp_path: Path) -> Iterator[MakeStack]:
    """Makes stacks on a broker; what they left there is taken off at the end."""
    with ExitStack() as ending:

        def make(broker: Broker, program: Path = PROJECT) -> Stack:
            folder = tmp_path / f"project-{len(list(tmp_path.iterdir()))}"
            stack = Stack(folder, engine, broker, program)
            ending.callback(stack.clean)
            return stack

        yield make


@pytest.fixture
def stack(make_stack: MakeStack, broker: Broker) -> Stack:
    """A stack on the newest RabbitMQ."""
    return make_stack(broker)


@pytest.fixture
def each_stack(make_stack: MakeStack, each_broker: Broker) -> Stack:
    """A stack on every RabbitMQ."""
    return make_stack(each_broker)


@pytest.fixture
def end_stack(make_stack: MakeStack, end_broker: Broker) -> Stack:
    """A stack on the newest RabbitMQ and on the oldest."""
    return make_stack(end_broker)


@pytest.fixture
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    """What the broker of the test's stack says."""
    names = ("each_stack", "end_stack", "stack")
    name = next(name for name in names if name in request.fixturenames)
    with Api(request.getfixturevalue(name).broker) as api:
        yield api
