"""A cluster of three nodes, of which one goes down in the middle."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import pytest

from tests.migrate.scene import EXCHANGE, QUEUE, scene
from tests.migrate.traffic import traffic, url_of
from tests.support.brokers import images
from tests.support.cluster import Cluster, cluster
from tests.support.unavailable import Unavailable

RATE = 300


@pytest.fixture(scope="module")
def nodes() -> Iterator[Cluster]:
    image = next(iter(images().values()))
    try:
        with cluster(image) as found:
            yield found
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.mark.live
@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_a_node_goes_down_in_the_middle(nodes: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    """Clients and the run are connected to one node; another one is killed."""
    with scene(nodes.brokers["one"]) as place:
        place.old_queue(queue_type="classic")
        config = place.declared(type="quorum")
        with traffic(url_of(place.broker, place.vhost), EXCHANGE, f"{QUEUE}.x", QUEUE) as load:
            load.publish(RATE)
            load.consume()
            time.sleep(5)
            with place.migrating(config):
                time.sleep(6)
                nodes.kill("three")
                time.sleep(5)
                nodes.start("three")
            balance = load.balance()
        assert place.type_of() == "quorum"
        assert len(place.api.get("queues", place.vhost, QUEUE)["members"]) == 3
        place.nothing_left()
        with capsys.disabled():
            sys.stderr.write(
                f"\nRabbitMQ {place.broker.version}, three nodes: {balance.confirmed} confirmed "
                f"messages, {len(balance.lost)} lost, {balance.twice} came twice\n"
            )
        assert balance.lost == []
