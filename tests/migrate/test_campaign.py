"""A million messages, twenty migrations and more, kills in the middle: every confirmed message is
accounted for.

`make soak` prints the figures.
"""

from __future__ import annotations

import sys
import time
from contextlib import suppress

import pytest

from tests.migrate.campaign import Campaign
from tests.migrate.scene import Scene, scene
from tests.migrate.traffic import traffic, url_of
from toolchain.node import PrivateNode

QUEUES, ROUNDS, KILLS = 5, 4, 2
RATE = 400.0
MESSAGES = 1_000_000


@pytest.mark.soak
@pytest.mark.timeout(5400)
def test_twenty_migrations_with_kills(
    each_place: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    tally = Campaign(each_place, QUEUES, RATE).run(ROUNDS, KILLS, MESSAGES)
    with capsys.disabled():
        sys.stderr.write(f"\nRabbitMQ {each_place.broker.version}: {tally}\n")
    assert tally.migrations >= QUEUES * ROUNDS
    assert tally.kills
    assert tally.lost == [], tally


@pytest.mark.soak
@pytest.mark.parametrize("gently", [True, False], ids=["restarted", "killed"])
def test_the_broker_goes_down_in_the_middle(node: PrivateNode, gently: bool) -> None:  # noqa: FBT001
    """At some moment of a migration; the run itself waits for the broker, and goes on."""
    with scene(node.broker) as place:
        place.old_queue(queue_type="classic")
        config = place.declared(type="quorum")
        with traffic(url_of(place.broker, place.vhost), "events", "work.x", "work") as load:
            load.publish(300)
            load.consume()
            time.sleep(3)
            with place.migrating(config):
                for pause in (2.0, 14.0):
                    time.sleep(pause)
                    with suppress(Exception):
                        (node.stop if gently else node.kill)()
                    node.start()
            balance = load.balance()
        assert place.type_of() == "quorum"
        place.nothing_left()
        assert balance.lost == [], balance
