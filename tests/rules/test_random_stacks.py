"""Random topologies through the real engine and provider: nothing is left to do after an `up`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.live.conftest import engine
from tests.rules.pruning import what_passes
from tests.rules.topologies import TOPOLOGIES
from tests.support.api import Api
from tests.support.stack import Stack
from toolchain.engine import Engine
from toolchain.folders import PROJECT
from toolchain.node import Broker
from topology.check import check
from topology.model import Topology
from topology.version import BrokerFacts, Version

__all__ = ["engine"]

STACKS: Final = 10
FEWEST: Final = 5
"""Objects of a topology that is worth the while."""


@pytest.mark.soak
def test_a_second_preview_of_anything_is_empty(
    engine: Engine, each_broker: Broker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    applied: dict[str, int] = {}
    facts = _facts(each_broker)

    @given(TOPOLOGIES)
    @settings(
        max_examples=400 * STACKS,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def sample(config: dict[str, Any]) -> None:
        if len(applied) == STACKS:
            return
        left = what_passes({**config, "vhost": "v"}, facts)
        if left is None:
            return
        plain = check(left, facts).expanded.settled.topology
        # Hypothesis gives some topologies more than once.
        if (objects := _objects(plain)) < FEWEST or str(left) in applied:
            return
        stack = Stack(Path(mkdtemp(dir=tmp_path)) / "project", engine, each_broker, PROJECT)
        with _users(each_broker, plain):
            try:
                stack.configure({**left, "vhost": stack.vhost})
                stack.up()
                stack.expect_no_changes()
            finally:
                stack.clean()
        applied[str(left)] = objects

    sample()
    with capsys.disabled():
        said = f"{len(applied)} random stacks with {sum(applied.values())} objects"
        print(f"\n{said} on RabbitMQ {each_broker.version}")  # noqa: T201 - the figures
    assert len(applied) == STACKS


def _facts(broker: Broker) -> BrokerFacts:
    """What the stack's own run will find out, but for plugins: there are to be none."""
    with Api(broker) as api:
        types = frozenset(entry["name"] for entry in api.get("overview")["exchange_types"])
    return BrokerFacts(Version.parse(broker.version), types, frozenset())


@contextmanager
def _users(broker: Broker, topology: Topology) -> Iterator[None]:
    """Users who exist already are there, and none of them is left behind."""
    with Api(broker) as api:
        for name, user in topology.users.items():
            if user.existing:
                api.put("users", name, body={"password": "of a test", "tags": ""})
        try:
            yield
        finally:
            for name in topology.users:
                api.delete("users", name)


def _objects(topology: Topology) -> int:
    sections = ("exchanges", "queues", "bindings", "policies", "operator_policies", "users")
    return sum(len(getattr(topology, section)) for section in sections)
