"""Stacks and vhosts whose queues are migrated."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.conftest import each_stack, engine, make_stack, stack
from tests.migrate.scene import Scene, scene
from toolchain.node import Broker
from topology.migrate import waiting as drain
from topology.migrate import waiting as settle

__all__ = ["each_stack", "engine", "make_stack", "stack"]

HASTE_SECONDS = 2.0


@pytest.fixture
def place(broker: Broker) -> Iterator[Scene]:
    """A scene on the newest RabbitMQ."""
    with scene(broker) as found:
        yield found


@pytest.fixture
def each_place(each_broker: Broker) -> Iterator[Scene]:
    """A scene on every RabbitMQ."""
    with scene(each_broker) as found:
        yield found


@pytest.fixture
def haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Does not wait for statistics as long as they may lag: for tests without consumers, whose
    queues have nothing unacknowledged that statistics could tell of."""
    monkeypatch.setattr(settle, "SAMPLE_SECONDS", HASTE_SECONDS)
    monkeypatch.setattr(settle, "_WATCH_SECONDS", 0.0)
    monkeypatch.setattr(drain, "LINGER_SECONDS", HASTE_SECONDS)
