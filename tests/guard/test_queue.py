"""The guard of queues: every state, with and without consent, in previews and updates."""

from __future__ import annotations

from itertools import product

import pytest

from tests.guard.in_memory import VHOST, World, of_queue
from topology.broker.statistics import CONNECTION_SECONDS, LEFT_SECONDS, SAMPLE_SECONDS

TYPES = ("classic", "quorum", "stream")


@pytest.fixture
def world() -> World:
    return World()


def put(world: World, kind: str, ready: int, unacknowledged: int, consumers: int) -> None:
    """A queue `q` in this state, and a client that is connected."""
    broker = world.broker
    broker.add_queue(VHOST, "q", arguments={"x-queue-type": kind})
    broker.connect(VHOST)
    broker.publish(VHOST, "q", ready + unacknowledged)
    broker.take(VHOST, "q", unacknowledged)
    broker.consume(VHOST, "q", consumers)


STATES = [
    state
    for state in product(TYPES, (0, 2), (0, 1), (0, 1))
    if state[0] != "stream" or not state[2]
]


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "update"])
@pytest.mark.parametrize(("kind", "ready", "unacknowledged", "consumers"), STATES)
def test_what_holds_messages_or_is_consumed_stays(
    world: World,
    kind: str,
    ready: int,
    unacknowledged: int,
    consumers: int,
    preview: bool,  # noqa: FBT001
) -> None:
    put(world, kind, ready, unacknowledged, consumers)
    world.settle()
    said = of_queue(world.run(preview=preview))
    used = kind == "stream" or bool(ready or unacknowledged or consumers)
    assert bool(said) == used, said
    if used:
        assert "queue q is not deleted" in said
    if used and kind != "stream":
        assert f"({ready} ready, {unacknowledged} unacknowledged" in said
        assert ("as sampled up to 11 s ago" in said) == (kind == "quorum" and unacknowledged > 0)
        assert f"has {consumers} consumer" in said


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "update"])
@pytest.mark.parametrize("kind", TYPES)
def test_consent_is_for_the_queue_that_it_names(world: World, kind: str, preview: bool) -> None:  # noqa: FBT001
    put(world, kind, 2, 0, 0)
    world.settle()
    assert not of_queue(world.run(preview=preview, allow_deletion={"queues": ["q"]}))
    assert of_queue(world.run(preview=preview, allow_deletion={"queues": ["other"]}))
    assert of_queue(world.run(preview=preview, allow_deletion={"exchanges": ["q"]}))


@pytest.mark.parametrize("version", ["3.10.8", "4.0.5", "4.3.6"])
def test_what_was_taken_a_moment_ago_is_known_of_a_classic_queue(
    world: World, version: str
) -> None:
    world.broker.version = version
    put(world, "classic", 0, 0, 0)
    world.settle()
    world.broker.publish(VHOST, "q")
    world.broker.take(VHOST, "q")
    assert "(0 ready, 1 unacknowledged)" in of_queue(world.run())
    assert not world.waited()


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "update"])
def test_a_classic_queue_that_was_emptied_a_moment_ago_goes(world: World, preview: bool) -> None:  # noqa: FBT001
    """Statistics still have its messages and its consumer."""
    put(world, "classic", 3, 2, 1)
    world.settle()
    broker = world.broker
    broker.take(VHOST, "q", 3)
    broker.acknowledge(VHOST, "q", 5)
    broker.consume(VHOST, "q", 0)
    assert not of_queue(world.run(preview=preview))
    assert not world.waited()


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "update"])
def test_a_quorum_queue_goes_when_its_last_client_has_gone(world: World, preview: bool) -> None:  # noqa: FBT001
    """Nothing is unacknowledged without a connection, whatever the last sample says."""
    put(world, "quorum", 0, 1, 1)
    world.settle()
    broker = world.broker
    broker.acknowledge(VHOST, "q")
    broker.consume(VHOST, "q", 0)
    broker.disconnect(broker.connections[0])
    assert not of_queue(world.run(preview=preview))
    assert world.waited() == pytest.approx(LEFT_SECONDS)


def test_a_quorum_queue_that_was_emptied_is_waited_for_while_a_client_is_there(
    world: World,
) -> None:
    put(world, "quorum", 0, 1, 0)
    world.settle()
    world.broker.acknowledge(VHOST, "q")
    guarding = world.run()
    assert not of_queue(guarding)
    assert world.waited() == pytest.approx(SAMPLE_SECONDS)
    assert "waiting up to 11 s" in world.logged[0]
    assert "the unacknowledged messages of queue q" in world.logged[0]


@pytest.mark.parametrize(
    "not_proven", ["cluster", "plugin", "shovel in another vhost", "more users than are listed"]
)
def test_where_connections_are_not_certain_a_quorum_queue_keeps_its_wait(
    world: World, not_proven: str
) -> None:
    broker = world.broker
    broker.add_queue(VHOST, "q", arguments={"x-queue-type": "quorum"})
    match not_proven:
        case "cluster":
            broker.nodes_running["rabbit@other"] = True
        case "plugin":
            broker.plugins += ("rabbitmq_mqtt",)
        case "shovel in another vhost":
            broker.vhost("other").parameters["shovel", "s"] = {"src-uri": "amqp:///v"}
        case _:
            for number in range(101):
                broker.add_user(f"user-{number}", "password")
    world.settle()
    assert not of_queue(world.run())
    assert world.waited() == pytest.approx(CONNECTION_SECONDS)


def test_a_classic_queue_without_live_counts_is_sampled(world: World) -> None:
    """As on brokers that do not count without statistics."""
    world.broker.live_counts = False
    put(world, "classic", 0, 0, 0)
    world.settle()
    world.broker.publish(VHOST, "q")
    world.broker.take(VHOST, "q")
    assert "(0 ready, 1 unacknowledged, as sampled up to 11 s ago)" in of_queue(world.run())
    assert world.waited() == pytest.approx(SAMPLE_SECONDS)


def test_what_was_taken_a_moment_ago_is_waited_for_of_a_quorum_queue(world: World) -> None:
    """Statistics do not have it yet: an update waits for a sample that is newer than its begin."""
    put(world, "quorum", 0, 0, 0)
    world.settle()
    world.broker.publish(VHOST, "q")
    world.broker.take(VHOST, "q")
    began = world.broker.time.now
    said = of_queue(world.run())
    assert "(0 ready, 1 unacknowledged, as sampled up to 11 s ago)" in said
    assert world.broker.time.now >= began + SAMPLE_SECONDS


@pytest.mark.parametrize("kind", ["classic", "quorum"])
def test_what_was_published_a_moment_ago_is_seen_at_once(world: World, kind: str) -> None:
    put(world, kind, 0, 0, 0)
    world.settle()
    guarding = world.run()
    world.broker.publish(VHOST, "q")
    assert "1 ready" in of_queue(guarding)


def test_what_is_published_while_the_guard_waits_is_seen(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(world, "quorum", 0, 0, 0)
    world.settle()
    sleep = world.broker.time.sleep
    published: list[float] = []

    def publishing(seconds: float) -> None:
        sleep(seconds)
        if seconds > 1 and not published:
            published.append(seconds)
            world.broker.publish(VHOST, "q")

    monkeypatch.setattr(world.broker.time, "sleep", publishing)
    guarding = world.run()
    assert "1 ready" in of_queue(guarding)
    assert published


def test_where_nothing_is_connected_an_update_waits_for_connections_alone(world: World) -> None:
    world.broker.add_queue(VHOST, "q")
    world.settle()
    assert not of_queue(world.run())
    assert world.waited() < SAMPLE_SECONDS


def test_a_client_that_came_meanwhile_makes_it_wait_for_statistics(world: World) -> None:
    world.broker.add_queue(VHOST, "q")
    world.settle()
    guarding = world.run()
    world.broker.connect(VHOST)
    world.broker.publish(VHOST, "q")
    world.broker.take(VHOST, "q")
    assert "1 unacknowledged" in of_queue(guarding)


def test_a_preview_waits_for_nothing(world: World) -> None:
    put(world, "classic", 0, 0, 0)
    world.settle()
    assert not of_queue(world.run(preview=True))
    assert world.waited() == 0


def test_a_quorum_queue_without_a_leader_is_unknown_and_stays(world: World) -> None:
    put(world, "quorum", 0, 0, 0)
    world.broker.vhosts[VHOST].queues["q"].leader = ""
    world.settle()
    assert "leader" in of_queue(world.run())


def test_a_queue_that_is_not_there_is_no_loss(world: World) -> None:
    assert not of_queue(world.run())


def test_a_queue_that_comes_back_as_another_names_the_migration(world: World) -> None:
    put(world, "classic", 1, 0, 0)
    world.settle()
    assert "migrate q" in of_queue(world.run(queues={"q": {"type": "quorum"}}))
    renamed = {"new": {"migrate": {"from": "q"}}}
    assert "migrate new" in of_queue(world.run(queues=renamed))
    assert "migrate" not in of_queue(world.run())


@pytest.mark.parametrize("by_policy", [True, False], ids=["policy", "argument"])
@pytest.mark.parametrize("seconds", [0, 30], ids=["just now", "long ago"])
def test_dead_letters_that_a_queue_keeps_are_messages(
    world: World,
    seconds: float,
    *,
    by_policy: bool,
) -> None:
    """RabbitMQ counts them in statistics alone: nothing is ready, and no client is connected."""
    broker = world.broker
    strategy = {} if by_policy else {"x-dead-letter-strategy": "at-least-once"}
    broker.add_queue(VHOST, "q", arguments={"x-queue-type": "quorum", **strategy})
    if by_policy:
        broker.vhosts[VHOST].policies["p"] = {
            "name": "p",
            "vhost": VHOST,
            "pattern": "q",
            "apply-to": "queues",
            "priority": 0,
            "definition": {"dead-letter-strategy": "at-least-once"},
        }
    world.settle()
    broker.publish(VHOST, "q")
    broker.take(VHOST, "q")
    broker.reject(VHOST, "q")
    broker.time.pass_(seconds)
    said = of_queue(world.run())
    assert "holds 1 message (0 ready, 0 unacknowledged, 1 to be dead-lettered" in said
    assert not of_queue(world.run(allow_deletion={"queues": ["q"]}))
