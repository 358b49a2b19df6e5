"""All queues of a vhost become quorum queues at once."""

from __future__ import annotations

import sys
import time
from typing import Any

import pytest

from tests.migrate.scene import EXCHANGE, PERSISTENT, Scene
from topology.render.migration import plan_lines

QUEUES, MESSAGES, PARALLEL = 200, 100, 32


def whole(place: Scene, queues: int) -> dict[str, Any]:
    """The config of a vhost whose queues say nothing for themselves."""
    names = [f"q{number}" for number in range(queues)]
    return {
        "vhost": place.vhost,
        "migrate": True,
        "defaults": {"queue": {"type": "quorum"}},
        "exchanges": {EXCHANGE: {"type": "topic"}},
        "queues": {name: {} for name in names},
        "bindings": [
            {"source": EXCHANGE, "destination": name, "routing_key": f"{name}.#"} for name in names
        ],
    }


def test_a_plan_of_many_queues_is_read_at_a_glance(place: Scene) -> None:
    for number in range(6):
        place.old_queue(f"q{number}", queue_type="classic")
    lines = list(plan_lines(place.plan(whole(place, 6))))
    assert sum(line.startswith("queue q") for line in lines) == 6
    assert "6 queues become quorum (in place), each as q0:" in lines
    assert sum("declare parking queue" in line for line in lines) == 1


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_two_hundred_queues(place: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(QUEUES):
        place.old_queue(f"q{number}", queue_type="classic")
    with place.channel() as channel:
        channel.confirm_delivery()
        for name in (f"q{number}" for number in range(QUEUES)):
            for number in range(MESSAGES):
                channel.basic_publish(EXCHANGE, f"{name}.x", b"%d" % number, PERSISTENT)
    began = time.monotonic()
    outcomes = place.migrate(whole(place, QUEUES), patience=300, parallel=PARALLEL)
    seconds = time.monotonic() - began
    with capsys.disabled():
        sys.stderr.write(
            f"\nRabbitMQ {place.broker.version}: {QUEUES} queues of {MESSAGES} messages, "
            f"{PARALLEL} at a time, in {seconds:.0f} s\n"
        )
    assert [outcome for outcome in outcomes if outcome.failure] == []
    place.nothing_left()
    wanted = [str(number) for number in range(MESSAGES)]
    for number in range(QUEUES):
        assert place.type_of(f"q{number}") == "quorum"
        assert place.bodies(f"q{number}") == wanted
