"""How long a queue can come into use unseen: from the guard's last look to the deletion.

RabbitMQ deletes quorum queues and streams without conditions. `pytest -m soak -s
tests/safety/test_window.py` prints the milliseconds that the decision record names.
"""

from __future__ import annotations

import re
import time
from statistics import median

import pytest

from tests.live.conftest import MakeStack
from tests.safety.crash.proxy import Proxy
from tests.safety.stronghold import DESTROY, UP
from toolchain.node import Broker

_QUEUES = 20
_DECLARED = re.compile(rb"\x00\x32\x00\x0b.(queue-\d\d)", re.DOTALL)
"""What RabbitMQ answers to a passive declaration: class 50, method 11, the queue's name."""
_DELETED = re.compile(rb"DELETE /api/queues/[^/ ]+/(queue-\d\d)")

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]


def test_from_the_last_look_to_the_deletion(make_stack: MakeStack, each_broker: Broker) -> None:
    looked: dict[bytes, float] = {}
    deleted: dict[bytes, float] = {}

    def answered(chunk: bytes) -> None:
        looked.update(dict.fromkeys(_DECLARED.findall(chunk), time.monotonic()))

    def asked(chunk: bytes) -> None:
        deleted.update(dict.fromkeys(_DELETED.findall(chunk), time.monotonic()))

    stack = make_stack(each_broker)
    config = {
        "vhost": stack.vhost,
        "queues": {f"queue-{number:02}": {"type": "quorum"} for number in range(_QUEUES)},
    }
    stack.configure(config)
    said = stack.run(*UP)
    assert said.code == 0, said.text
    with (
        Proxy(each_broker.amqp, seen=answered) as amqp,
        Proxy(each_broker.management, seen=asked) as management,
    ):
        stack.configure(config, amqpEndpoint=amqp.url, endpoint=management.url)
        said = stack.run(*DESTROY)
        assert said.code == 0, said.text
    stack.configure(config)
    assert len(looked) == len(deleted) == _QUEUES
    windows = sorted(1000 * (deleted[name] - looked[name]) for name in deleted)
    assert windows[0] > 0, "each queue was looked at before it was deleted"
    print(  # noqa: T201
        f"\n{each_broker.version}: {windows[0]:.0f} to {windows[-1]:.0f} ms, "
        f"median {median(windows):.0f}"
    )
