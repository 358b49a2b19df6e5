"""Pulumi, the program, the plugin and the broker are killed; one recovery works for all."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.live.conftest import MakeStack
from tests.safety.crash.campaign import (
    Campaign,
    Tally,
    network_strike,
    process_strikes,
    seeded,
)
from tests.safety.crash.disk import fill, small_disk
from tests.safety.crash.proxy import Proxy
from tests.safety.crash.strike import Moment, struck
from tests.safety.crash.world import UP, World
from tests.support.stack import Stack
from toolchain.engine import Engine
from toolchain.folders import PROJECT
from toolchain.node import Broker, PrivateNode

SEED = int(os.environ.get("CRASH_SEED", "20260101"))
"""Decides what is struck, and when; `CRASH_SEED` takes its place."""

POINTS = int(os.environ.get("CRASH_POINTS", "52"))
"""Points of a long campaign; `CRASH_POINTS` takes its place."""

BROKER_POINTS = 6
DISK_KILOBYTES = 2048
MODES = pytest.mark.parametrize(
    "checkpoints", [pytest.param(True, id="checkpoints"), pytest.param(False, id="no checkpoints")]
)


@pytest.fixture
def proxies(broker: Broker) -> Iterator[tuple[Proxy, Proxy]]:
    """The ways to the broker: management and AMQP."""
    with Proxy(broker.management) as management, Proxy(broker.amqp) as amqp:
        yield management, amqp


@pytest.fixture
def campaign(
    make_stack: MakeStack, broker: Broker, proxies: tuple[Proxy, Proxy], tally: Tally
) -> Iterator[Campaign]:
    """Against the newest RabbitMQ, by ways that can be cut."""
    management, amqp = proxies
    settings = {"endpoint": management.url, "amqpEndpoint": amqp.url}
    with World(make_stack(broker), settings=settings) as world:
        world.settle()
        yield Campaign(world, seeded(SEED), tally)


def test_every_kind_of_crash_once(campaign: Campaign, proxies: tuple[Proxy, Proxy]) -> None:
    strikes = {**process_strikes(), "network": network_strike(*proxies)}
    for number, (name, strike) in enumerate(strikes.items()):
        campaign.point(name, strike, checkpoints=number % 2 == 0)


@pytest.mark.soak
@MODES
def test_crashes_at_many_points(
    campaign: Campaign, proxies: tuple[Proxy, Proxy], *, checkpoints: bool
) -> None:
    strikes = {**process_strikes(), "network": network_strike(*proxies)}
    for _ in range(POINTS):
        name = campaign.chance.choice(list(strikes))
        campaign.point(name, strikes[name], checkpoints=checkpoints)


@pytest.mark.soak
@MODES
def test_the_broker_crashes(
    node: PrivateNode, make_stack: MakeStack, tally: Tally, *, checkpoints: bool
) -> None:
    with World(make_stack(node.broker)) as world:
        world.settle()
        campaign = Campaign(world, seeded(SEED), tally)
        for _ in range(BROKER_POINTS):
            restart = threading.Thread(target=node.start)

            def crash(_: subprocess.Popen[str], restart: threading.Thread = restart) -> None:
                node.kill()
                restart.start()

            def wait(restart: threading.Thread = restart) -> None:
                if restart.ident:  # The command may have ended before its moment came.
                    restart.join()

            # The recovery is that of a person who waits until the broker is back.
            campaign.point("broker", crash, checkpoints=checkpoints, before_recovery=wait)


@pytest.mark.soak
@MODES
def test_the_first_up_crashes(
    make_stack: MakeStack,
    broker: Broker,
    monkeypatch: pytest.MonkeyPatch,
    tally: Tally,
    *,
    checkpoints: bool,
) -> None:
    if not checkpoints:
        monkeypatch.setenv("PULUMI_SKIP_CHECKPOINTS", "true")
    chance = seeded(SEED)
    for strike in process_strikes().values():
        with World(make_stack(broker)) as world:
            world.choose(second=False)
            struck(world.stack, UP, Moment.random(chance, 60), strike)
            said = world.recover()
            assert said.code == 0, said.text
            world.stack.expect_no_changes()
            tally.points += 1


@pytest.mark.soak
@MODES
def test_the_disk_of_the_state_is_full(
    engine: Engine,
    broker: Broker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tally: Tally,
    *,
    checkpoints: bool,
) -> None:
    if not checkpoints:
        monkeypatch.setenv("PULUMI_SKIP_CHECKPOINTS", "true")
    with ExitStack() as ending:
        disk = ending.enter_context(small_disk(tmp_path / "disk", DISK_KILOBYTES))
        stack = Stack(disk / "project", engine, broker, PROJECT)
        ending.callback(stack.clean)
        world = ending.enter_context(World(stack))
        world.settle()
        world.choose(second=True)
        filler = fill(disk)
        said = stack.run(*UP)
        assert said.code != 0, said.text
        assert "Traceback" not in said.text
        filler.unlink()
        said = world.recover()
        assert said.code == 0, said.text
        lost = world.lost()
        tally.points += 1
        tally.lost += len(lost)
        assert [*world.differences(), *lost] == []
