"""One stack for the promises, applied once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.conftest import engine, make_stack, stack
from tests.smoke.shop import Shop
from tests.support.api import Api
from tests.support.stack import Stack
from toolchain.engine import Engine
from toolchain.folders import PROJECT
from toolchain.node import Broker

__all__ = ["engine", "make_stack", "stack"]


@pytest.fixture(scope="module")
def shop(
    engine: Engine, broker: Broker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    """An applied stack of exchanges, queues of every type, and services."""
    stack = Stack(tmp_path_factory.mktemp("shop") / "project", engine, broker, PROJECT)
    with Api(broker) as api:
        made = Shop(stack, api)
        try:
            made.apply()
            yield made
        finally:
            stack.clean()
