"""Why queues are declared with their type: the usual program would lose them on RabbitMQ 4."""

from __future__ import annotations

from pathlib import Path

from tests.live.conftest import MakeStack
from tests.support.config import dev
from toolchain.node import Broker
from topology.version import Version

PLAIN_PORT = Path(__file__).parent / "programs" / "plain_port"
FIRST_WITH_TYPES = Version(4, 0)


def test_the_usual_program_plans_to_replace_its_queue(
    make_stack: MakeStack, broker: Broker
) -> None:
    plain = make_stack(broker, PLAIN_PORT)
    plain.configure(vhost=plain.vhost)
    plain.up()
    planned = plain.preview(refresh=True)
    replaces = Version.parse(broker.version) >= FIRST_WITH_TYPES
    assert ("replace" in planned) == replaces

    ours = make_stack(broker)
    ours.configure(dev(ours.vhost))
    ours.up()
    assert set(ours.preview(refresh=True)) == {"same"}
