"""The clients and the landscape, made once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from tests.conftest import on_ci
from tests.interop.delivery import Client
from tests.interop.foreign_clients import MissingTool, go_client, java_client, javascript_client
from tests.interop.landscape import Landscape
from tests.interop.python_clients import with_aio_pika, with_kombu, with_pika
from toolchain.node import Broker

_PYTHON = {"pika": with_pika, "aio-pika": with_aio_pika, "kombu": with_kombu}


@pytest.fixture(scope="module")
def landscape(broker: Broker) -> Iterator[Landscape]:
    with Landscape(broker) as made:
        yield made


@pytest.fixture(scope="session")
def client_named(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], Client]]:
    """Finds a client, built first if need be; skips where the machine lacks its language."""
    ending = ExitStack()

    @cache
    def built(name: str) -> Client | MissingTool:
        try:
            if name == "amqplib":
                return javascript_client()
            if name == "amqp-client":
                return ending.enter_context(java_client())
            return go_client(tmp_path_factory.mktemp("go"))
        except MissingTool as missing:
            return missing

    def find(name: str) -> Client:
        found = _PYTHON.get(name) or built(name)
        if isinstance(found, MissingTool):
            reason = f"no {name} client here: {found}"
            if on_ci():
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)
        return found

    with ending:
        yield find
