"""A broker that stops answering while a stack is made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from docker.errors import APIError
from testcontainers.community.rabbitmq import RabbitMqContainer

from tests.cluster.landscape import landscape
from tests.features.eventually import eventually
from tests.live.conftest import MakeStack
from tests.support.api import Api
from tests.support.brokers import images
from tests.support.container import broker_of, started
from tests.support.unavailable import Unavailable
from toolchain.engine import Engine
from toolchain.folders import cache_folder

SECONDS = 400
"""Far more than the minute after which the plugin gives up, and less than for ever."""


@pytest.fixture
def container(engine: Engine) -> Iterator[RabbitMqContainer]:
    """A broker of its own, and a plugin that does not wait without end."""
    if not Path(engine.programs).is_relative_to(cache_folder()):
        pytest.skip("the engine in use was not built here")
    try:
        with started(next(iter(images().values()))) as found:
            yield found
            with suppress(APIError):
                found.get_wrapped_container().unpause()
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_the_run_ends_with_an_error(container: RabbitMqContainer, make_stack: MakeStack) -> None:
    stack = make_stack(broker_of(container, next(iter(images().values()))))
    stack.configure(landscape(stack.vhost))
    with stack.started("up", "--yes", "--skip-preview") as process:
        with Api(stack.broker) as api:
            eventually(lambda: stack.vhost in api.vhosts(), wanted=True)
        container.get_wrapped_container().pause()
        text, _ = process.communicate(timeout=SECONDS)
    assert process.returncode != 0
    assert "RabbitMQ did not answer within 1m0s" in text, text
    container.get_wrapped_container().unpause()
    said = stack.run("up", "--refresh", "--yes", "--skip-preview")
    assert said.code == 0, said.text
