"""Queues are brought over from another broker, of another RabbitMQ, which stays as it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.features.eventually import eventually
from tests.live.conftest import MakeStack
from tests.migrate.change_over import ChangeOver
from tests.migrate.pair import Pair, pair, way_to
from tests.migrate.scene import QUEUE, Scene, scene
from tests.migrate.test_migrate import applied
from tests.support.api import Api
from tests.support.stack import Stack
from tests.support.unavailable import Unavailable
from toolchain.engine import Engine
from toolchain.folders import PROJECT
from toolchain.node import Broker, PrivateNode
from topology.migrate import forwarding
from topology.migrate.source import Source

MESSAGES = 500
QUEUES, ROUNDS, KILLS = 5, 4, 1
RATE, SECONDS = 100.0, 30.0


@pytest.fixture(scope="module")
def ends(
    old_broker: Broker, broker: Broker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Broker, Broker]]:
    """The private node and the newest RabbitMQ; where that is the same, another node."""
    second = PrivateNode(tmp_path_factory.mktemp("second"))
    try:
        yield old_broker, (second.start() if broker == old_broker else broker)
    finally:
        second.kill()


@pytest.fixture
def both(ends: tuple[Broker, Broker]) -> Iterator[Pair]:
    try:
        with pair(*ends) as found:
            yield found
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside statistics, does not wait for shovels that cannot start."""
    monkeypatch.setattr(forwarding, "QUIET_SECONDS", 1.0)
    monkeypatch.setattr(forwarding, "_START_SECONDS", 3.0)


def declared(place: Scene, **queue: Any) -> dict[str, Any]:
    """Nothing says that it is to be migrated: that the other broker is named, does."""
    return place.declared(type="quorum", migrate=None, **queue)


def shovels(place: Scene) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = place.api.get("parameters", "shovel", place.vhost)
    return found


@pytest.mark.usefixtures("haste", "impatient")
def test_messages_come_over_and_the_old_broker_stays_as_it_is(both: Pair) -> None:
    both.old.old_queue(queue_type="classic", max_priority=3)
    bodies = both.old.put(MESSAGES)
    config = declared(both.new)
    plan = both.new.plan(config)
    assert [planned.move.way.value for planned in plan.moves] == ["from another broker"]
    both.new.migrated(config)
    assert both.new.bodies() == bodies
    assert both.new.sources() == both.old.sources() == {("events", "work.#")}
    assert both.users() == set()
    assert both.old.api.get("queues", both.old.vhost, QUEUE)["arguments"] == {
        "x-queue-type": "classic",
        "x-max-priority": 3,
    }


@pytest.mark.usefixtures("haste", "impatient")
def test_what_comes_is_forwarded_until_all_clients_have_changed_over(both: Pair) -> None:
    both.old.old_queue(queue_type="classic")
    config = declared(both.new)
    with both.old.channel() as channel:
        channel.basic_qos(prefetch_count=1)
        channel.basic_consume(QUEUE, lambda *_: None)
        (outcome,) = both.new.migrate(config, patience=3)
        assert (
            f"{QUEUE} in vhost {both.old.vhost} on the broker of stack old still has consumers"
            in (outcome.failure)
        )
    _reads_only(both)
    bodies = both.old.put(MESSAGES)
    eventually(lambda: both.new.api.get("queues", both.new.vhost, QUEUE).get("messages"), MESSAGES)
    both.new.migrated(config)
    assert sorted(both.new.bodies()) == sorted(bodies)
    assert both.users() == set()


def _reads_only(both: Pair) -> None:
    """The shovel has a user who may read one queue, and no password of anybody else's."""
    (user,) = both.users()
    (shovel,) = shovels(both.new)
    login = urlsplit(shovel["value"]["src-uri"])
    assert login.username == user
    assert login.password
    assert login.password != both.old.broker.password
    entry = both.old.api.get("users", user)
    assert entry["tags"] in ("", [])
    (rights,) = both.old.api.get("users", user, "permissions")
    assert [rights[kind] for kind in ("configure", "write", "read")] == ["^$", "^$", f"^{QUEUE}$"]


@pytest.mark.usefixtures("haste", "impatient")
def test_a_broker_that_cannot_be_reached_is_told_of(both: Pair) -> None:
    both.old.old_queue(queue_type="classic")
    bodies = both.old.put(5)
    way = both.way.url
    both.elsewhere("amqp://127.0.0.1:9")
    (outcome,) = both.new.migrate(declared(both.new), patience=5)
    assert "RabbitMQ has to reach the broker of stack old itself" in outcome.failure
    both.elsewhere(way)
    both.new.migrated(declared(both.new))
    assert both.new.bodies() == bodies


@pytest.mark.usefixtures("haste", "impatient")
def test_undone(both: Pair) -> None:
    both.old.old_queue(queue_type="classic")
    config = declared(both.new)
    with both.old.channel() as channel:
        channel.basic_consume(QUEUE, lambda *_: None)
        (outcome,) = both.new.migrate(config, patience=3)
    assert outcome.failure
    back = Source("new", both.new.connection, both.new.vhost, both.new.broker.amqp)
    both.old.source = back  # While what comes is forwarded, the other way would make a circle.
    problems = both.old.plan(declared(both.old)).problems
    assert any("work is being migrated itself" in str(problem) for problem in problems)
    (outcome,) = both.new.migrate(config, undo=True)
    assert not outcome.failure
    both.new.nothing_left()
    assert both.users() == set()


def test_the_same_broker_is_refused(both: Pair) -> None:
    both.old.old_queue(queue_type="classic")
    both.old.source = both.new.source
    problems = both.old.plan(declared(both.old)).problems
    assert any("stack old is on the same broker" in str(problem) for problem in problems)


def test_a_vhost_that_is_not_there_is_refused(both: Pair) -> None:
    both.old.old_queue(queue_type="classic")
    both.new.api.delete("vhosts", both.new.vhost)
    (problem,) = both.new.plan(declared(both.new)).problems
    assert "does not exist on the new broker; run pulumi up first" in str(problem)


def test_what_says_otherwise_stays(both: Pair) -> None:
    both.old.old_queue(queue_type="stream")
    config = declared(both.new)
    (problem,) = both.new.plan(config).problems
    assert "say migrate: false for it" in str(problem)
    config["queues"][QUEUE]["migrate"] = False
    assert both.new.plan(config).moves == ()


def test_by_the_command(make_stack: MakeStack, engine: Engine, ends: tuple[Broker, Broker]) -> None:
    """Neither stack has anything to change afterwards."""
    after = make_stack(ends[1])
    before = Stack(after.folder, engine, ends[0], PROJECT)
    applied(before, type="classic", max_length=1_000)
    applied(after, type="quorum", max_length=1_000)
    with Api(before.broker) as old, Api(after.broker) as new, way_to(*ends) as way:
        for _ in range(20):
            assert old.publish(before.vhost, "events", "work.x")
        command = ("migrate", "--stack", after.name, "--from", before.name, "--from-uri", way.url)
        said = after.command(*command, "--dry-run")
        assert said.code == 0, said.text
        assert "queue work (from another broker)" in said.text
        said = after.command(*command, "--yes")
        assert said.code == 0, said.text
        eventually(lambda: int(new.queues(after.vhost)["work"].get("messages", -1)), 20)
        eventually(lambda: int(old.queues(before.vhost)["work"].get("messages", -1)), 0)
        for stack in (before, after):
            stack.expect_no_changes()
            stack.clean()


def test_an_address_that_proves_nothing_is_refused(stack: Stack, engine: Engine) -> None:
    stack.configure({"vhost": stack.vhost})
    command = ("migrate", "--stack", stack.name, "--from")
    said = stack.command(*command, stack.name)
    assert said.code == 2, said.text
    other = Stack(stack.folder, engine, stack.broker, PROJECT)
    other.configure({"vhost": other.vhost})
    said = stack.command(*command, other.name, "--from-uri", "amqps://old")
    assert said.code == 1, said.text
    assert "error: --from-uri: does not say how the new broker checks" in said.text
    assert "Traceback" not in said.text


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_there_and_back_under_load(
    ends: tuple[Broker, Broker], capsys: pytest.CaptureFixture[str]
) -> None:
    """Twenty migrations: from the one to the other, back, and once more."""
    with scene(ends[0]) as first, scene(ends[1]) as second:
        campaign = ChangeOver(first, second, QUEUES, RATE)
        tally = campaign.run(ROUNDS, KILLS, SECONDS)
        with capsys.disabled():
            versions = f"RabbitMQ {ends[0].version} and {ends[1].version}"
            sys.stderr.write(f"\n{versions}: {tally}\n")
        assert tally.migrations == QUEUES * ROUNDS
        assert tally.lost(campaign.published) == []
