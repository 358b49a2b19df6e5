"""What is read of a broker: each listing once for all that ask, and never older than it may be."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.memory_broker import MemoryBroker
from topology.broker import BrokerError, BrokerReader
from topology.broker.state import LiveBinding, LiveQueue
from topology.version import DENIED_SINCE, Version

QUORUM = {"x-queue-type": "quorum"}
STREAM = {"x-queue-type": "stream"}


@pytest.fixture
def broker() -> MemoryBroker:
    return MemoryBroker()


@pytest.fixture
def reader(broker: MemoryBroker) -> Iterator[BrokerReader]:
    with broker.management() as management:
        yield BrokerReader(management, broker.time.timing())


def test_one_listing_serves_many_threads(broker: MemoryBroker, reader: BrokerReader) -> None:
    broker.add_queue("v", "q")
    together = threading.Barrier(16)

    def listed(_: int) -> int:
        together.wait()
        return id(reader.queues("v"))

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(listed, range(16)))) == 1
    assert broker.requests == ["GET /api/queues/v"]


def test_each_vhost_and_each_kind_is_a_listing_of_its_own(
    broker: MemoryBroker, reader: BrokerReader
) -> None:
    broker.add_queue("v", "q")
    broker.add_queue("w", "q2")
    assert list(reader.queues("v").by_name) == ["q"]
    assert list(reader.queues("w").by_name) == ["q2"]
    assert list(reader.queues("none").by_name) == []
    assert "amq.topic" in reader.exchanges("v").by_name


def test_a_listing_serves_for_a_moment(broker: MemoryBroker, reader: BrokerReader) -> None:
    reader.exchanges("v")
    broker.time.pass_(reader.timing.shared - 0.1)
    reader.exchanges("v")
    assert len(broker.requests) == 1
    broker.time.pass_(0.2)
    reader.exchanges("v")
    assert len(broker.requests) == 2


def test_a_listing_that_is_older_than_allowed_is_read_again(
    broker: MemoryBroker, reader: BrokerReader
) -> None:
    began = reader.queues("v").began
    assert reader.queues("v", since=began).began == began
    broker.time.pass_(0.1)
    assert reader.queues("v", since=broker.time.now).began == broker.time.now
    assert len(broker.requests) == 2


def test_after_a_change_all_is_read_again(broker: MemoryBroker, reader: BrokerReader) -> None:
    broker.vhost("v")
    assert not reader.queues("v").queues
    broker.add_queue("v", "q")
    assert not reader.queues("v").queues
    reader.forget()
    assert reader.queues("v").queues


def test_sampled_counts_are_as_old_as_they_say(broker: MemoryBroker, reader: BrokerReader) -> None:
    broker.add_queue("v", "q")
    (new,) = reader.queues("v").queues
    assert (new.ready, new.unacknowledged, new.consumers, new.messages) == (None,) * 4
    broker.publish("v", "q", 3)
    broker.time.pass_(5)
    assert new.as_of < reader.queues("v").queues[0].as_of < broker.time.now - 10
    broker.time.pass_(reader.timing.sample)
    (sampled,) = reader.queues("v").queues
    assert (sampled.ready, sampled.unacknowledged, sampled.messages) == (3, 0, 3)
    assert (sampled.consumers, sampled.published) == (0, 3)


def test_live_counts_of_classic_queues_are_those_of_the_moment(
    broker: MemoryBroker, reader: BrokerReader
) -> None:
    for name, arguments in (("classic", {}), ("quorum", QUORUM), ("stream", STREAM)):
        broker.add_queue("v", name, arguments=arguments)
    broker.time.pass_(20)
    for name in ("classic", "quorum"):
        broker.publish("v", name, 2)
        broker.take("v", name)
    found = reader.queues("v", live=True).by_name
    classic, quorum, stream = found["classic"], found["quorum"], found["stream"]
    assert (classic.ready, classic.unacknowledged, classic.as_of) == (1, 1, broker.time.now)
    assert (quorum.ready, quorum.unacknowledged) == (0, 0)
    assert quorum.as_of == broker.time.now - reader.timing.sample
    assert stream.messages is None
    assert {queue.consumers for queue in found.values()} == {None}


def test_a_quorum_queue_without_a_leader(broker: MemoryBroker, reader: BrokerReader) -> None:
    broker.add_queue("v", "q", arguments=QUORUM, leader="")
    broker.time.pass_(20)
    (queue,) = reader.queues("v").queues
    assert queue.leaderless
    assert queue.ready is None


def test_policies_are_read_when_they_matter(broker: MemoryBroker, reader: BrokerReader) -> None:
    broker.add_queue("v", "q")
    listing = reader.queues("v")
    assert listing.by_name
    assert "GET /api/policies/v" not in broker.requests
    assert (listing.dead_letter_sources, listing.by_policy) == ({}, {})
    assert "GET /api/policies/v" in broker.requests


def test_queues_behind_an_exchange(broker: MemoryBroker, reader: BrokerReader) -> None:
    vhost = broker.vhost("v")
    for name in ("a", "b"):
        broker.add_exchange("v", name)
    for name in ("near", "far", "other"):
        broker.add_queue("v", name)
    vhost.bind("a", "near")
    vhost.bind("a", "b", destination_type="exchange")
    vhost.bind("b", "far")
    vhost.bind("b", "a", destination_type="exchange")
    bindings = reader.bindings("v", keys=True)
    assert bindings.queues_behind("a") == {"near", "far"}
    assert bindings.queues_behind("none") == set()
    assert [b.destination for b in bindings.by_source[""]] == ["near", "far", "other"]
    (near,) = (b for b in bindings.by_destination["queue", "near"] if b.source)
    assert near == LiveBinding("a", "near")
    assert near.properties_key == "~"


def test_what_comes_to_an_exchange(broker: MemoryBroker, reader: BrokerReader) -> None:
    broker.add_exchange("v", "e")
    broker.add_queue("v", "q")
    broker.publish("v", "q", 10, exchange="e")
    broker.time.pass_(11)
    assert reader.exchanges("v").by_name["e"].published == 10
    broker.publish("v", "q", 10, exchange="e")
    broker.time.pass_(11)
    assert reader.exchanges("v").by_name["e"].publish_rate > 0


def test_a_users_connections_are_listed_at_once_a_vhosts_later(
    broker: MemoryBroker, reader: BrokerReader
) -> None:
    broker.vhost("v")
    connection = broker.connect("v", own_name="mine")
    (found,) = reader.connections_of("guest")
    assert (found.vhost, found.user, found.own_name) == ("v", "guest", "mine")
    assert reader.connections("v") == ()
    broker.time.pass_(reader.timing.connection)
    assert reader.connections("v") == (found,)
    broker.disconnect(connection)
    assert reader.connections("v") == reader.connections_of("guest") == ()


def test_the_state_of_a_vhost(broker: MemoryBroker, reader: BrokerReader) -> None:
    vhost = broker.vhost("v")
    broker.add_queue("v", "q", arguments=QUORUM)
    broker.add_queue("v", "own", exclusive=True)
    broker.add_exchange("v", "e", type="topic")
    vhost.bind("e", "q", routing_key="a.*")
    with broker.management() as management:
        body = {"pattern": "^q$", "definition": {"max-length": 5}}
        management.put("policies", "v", "p", body=body)
        management.put("operator-policies", "v", "o", body=body)
        management.put("parameters", "shovel", "v", "s", body={"value": {"src-uri": "secret"}})
        management.put("permissions", "v", "guest", body={"configure": "a", "write": "b"})
        rights = {"exchange": "e", "write": "w", "read": "r"}
        management.put("topic-permissions", "v", "guest", body=rights)
        management.put("vhost-limits", "v", "max-queues", body={"value": 9})
    broker.requests.clear()
    state = reader.state("v")
    assert len(broker.requests) == len(set(broker.requests)) == 10
    assert state.queues["q"].type == "quorum"
    assert state.queues["own"].exclusive
    assert state.exchanges["e"].type == "topic"
    assert state.bindings == (LiveBinding("e", "q", "queue", "a.*"),)
    assert state.policies["p"].definition == {"max-length": 5}
    assert state.operator_policies["o"].pattern == "^q$"
    assert state.parameters == {("shovel", "s"): {"src-uri": "secret"}}
    assert "secret" not in repr(state)
    assert state.permissions["guest"].write == "b"
    assert state.topic_permissions["guest", "e"].read == "r"
    assert state.limits == {"max-queues": 9}
    assert state.default_queue_type == "classic"


def test_the_state_of_a_vhost_that_does_not_exist(reader: BrokerReader) -> None:
    state = reader.state("none")
    assert state.vhost is None
    assert set(state.users) == {"guest"}


def test_facts_take_three_requests(broker: MemoryBroker, reader: BrokerReader) -> None:
    facts = reader.facts()
    assert facts.version == Version(4, 3)
    assert facts.exchange_types is not None
    assert "topic" in facts.exchange_types
    assert facts.plugins == frozenset(broker.plugins)
    assert reader.version() == facts.version
    assert facts.denied_features == frozenset(DENIED_SINCE)
    paths = ("overview", "nodes", "deprecated-features")
    assert broker.requests == [f"GET /api/{path}" for path in paths]


def test_plugins_are_those_of_all_nodes_that_are_up(
    broker: MemoryBroker, reader: BrokerReader
) -> None:
    broker.nodes_running["rabbit@down"] = False
    assert reader.facts().plugins == frozenset(broker.plugins)


def test_an_old_broker_is_refused(broker: MemoryBroker, reader: BrokerReader) -> None:
    broker.version = "3.9.1"
    with pytest.raises(BrokerError, match=r"3\.10 or newer"):
        reader.facts()


def test_types_that_plugins_bring_count_as_classic_for_policies() -> None:
    queue = LiveQueue.from_api({"name": "q", "type": "mqtt-qos0"})
    assert (queue.type, queue.kind) == ("mqtt-qos0", "classic")
