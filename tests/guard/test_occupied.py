"""How long a guard waits for counts, and what it then knows: in memory, by virtual time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.memory_broker import MemoryBroker
from topology.broker import BrokerError
from topology.guard import GuardedBroker

QUORUM = {"x-queue-type": "quorum"}


@pytest.fixture
def broker() -> MemoryBroker:
    broker = MemoryBroker()
    for name, arguments in (("classic", {}), ("quorum", QUORUM)):
        broker.add_queue("v", name, arguments=arguments)
    broker.add_exchange("v", "e")
    broker.time.pass_(60)
    return broker


@pytest.fixture
def guarded(broker: MemoryBroker) -> Iterator[GuardedBroker]:
    guarded = GuardedBroker(broker.connection(), timing=broker.time.timing())
    guarded.begin("v")
    yield guarded
    guarded.management.close()


@pytest.mark.parametrize("queue", ["classic", "quorum"])
def test_without_clients_it_waits_for_the_last_to_be_gone(
    broker: MemoryBroker, guarded: GuardedBroker, queue: str
) -> None:
    found = guarded.settled_occupancy("v", queue)
    assert found is not None
    assert found.free
    assert sum(broker.time.slept) == pytest.approx(0.5)


@pytest.mark.parametrize("queue", ["classic", "quorum"])
def test_what_a_client_holds_is_seen_once_it_is_sampled(broker: MemoryBroker, queue: str) -> None:
    broker.connect("v")
    broker.time.pass_(10)
    broker.publish("v", queue, 2)
    broker.take("v", queue, 2)
    guarded = GuardedBroker(broker.connection(), timing=broker.time.timing())
    guarded.begin("v")
    found = guarded.settled_occupancy("v", queue)
    assert found is not None
    assert (found.ready, found.unacknowledged) == (0, 2)
    assert sum(broker.time.slept) == pytest.approx(11.0)
    guarded.management.close()


def test_a_client_that_comes_after_the_beginning_is_seen(
    broker: MemoryBroker, guarded: GuardedBroker
) -> None:
    broker.connect("v")
    broker.publish("v", "quorum", 1)
    broker.take("v", "quorum")
    found = guarded.settled_occupancy("v", "quorum")
    assert found is not None
    assert found.unacknowledged == 1


def test_an_exchange_is_waited_for_unless_a_preview_asks(
    broker: MemoryBroker, guarded: GuardedBroker
) -> None:
    assert not guarded.traffic("v", "e", wait=False)
    assert not broker.time.slept
    broker.connect("v")
    broker.time.pass_(1)
    assert not guarded.traffic("v", "e", wait=True)
    assert sum(broker.time.slept) > 5


def test_a_quorum_queue_without_a_leader_is_unknown(
    broker: MemoryBroker, guarded: GuardedBroker
) -> None:
    broker.vhosts["v"].queues["quorum"].leader = ""
    with pytest.raises(BrokerError, match="quorum queue quorum has no leader"):
        guarded.settled_occupancy("v", "quorum")
    assert sum(broker.time.slept) > 20


def test_ready_messages_are_known_at_this_moment(
    broker: MemoryBroker, guarded: GuardedBroker
) -> None:
    broker.publish("v", "quorum", 3)
    found = guarded.ready_now("v", "quorum")
    assert found is not None
    assert found.ready == 3
    assert guarded.ready_now("v", "none") is None
