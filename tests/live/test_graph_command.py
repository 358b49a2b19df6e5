"""`graph --live` draws the queues as they are on a real broker."""

from __future__ import annotations

import time

import pika

from tests.support.api import Api
from tests.support.stack import Stack
from topology.urls import amqp_url, with_credentials

STATISTICS_SECONDS = 90.0
TOPOLOGY = {
    "queues": {
        "well": {},
        "abandoned": {},
        "deep": {"max_length": 10, "dead_letter": True},
        "gone": {},
    },
    "ignore_rules": {"unreachable-queue": "published to by name"},
}


def test_what_is_unwell_is_marked(stack: Stack, api: Api) -> None:
    vhost = stack.vhost
    services = {f"{stack.token}-worker": {"consumes": ["well", "abandoned", "deep"]}}
    stack.configure({"vhost": vhost, "services": services, **TOPOLOGY})
    stack.up()
    api.delete("queues", vhost, "gone")
    for queue, messages in (("abandoned", 1), ("deep", 8), ("deep.dead-letter", 2)):
        for _ in range(messages):
            assert api.publish(vhost, "", queue)
    url = amqp_url(stack.broker.amqp, vhost)
    account = (stack.broker.username, stack.broker.password)
    with (
        pika.BlockingConnection(pika.URLParameters(with_credentials(url, *account))) as connection,
        connection.channel() as channel,
    ):
        channel.basic_qos(prefetch_count=1)
        for queue in ("well", "deep"):
            channel.basic_consume(queue, lambda *_: None)
        _wait_for_statistics(connection, api, vhost)
        said = stack.command("graph", stack.name, "--live")
    assert said.code == 0, said.text
    labels = [line for line in said.text.splitlines() if ":::" in line]
    told = {
        "<b>well</b>": ("0 messages, 1 consumer<", ":::queue"),
        "<b>abandoned</b>": ("1 message, 0 consumers — no consumers", ":::unwell"),
        "<b>deep</b>": ("8 messages, 1 consumer — nearly full", ":::unwell"),
        "<b>deep.dead-letter</b>": ("2 messages, 0 consumers — dead letters wait", ":::unwell"),
        "<b>gone</b>": ("not on the broker", ":::unwell"),
    }
    for name, (health, style) in told.items():
        (label,) = (line for line in labels if name in line)
        assert health in label and label.endswith(style), label


def _wait_for_statistics(connection: pika.BlockingConnection, api: Api, vhost: str) -> None:
    """The management API's numbers lag behind."""
    deadline = time.monotonic() + STATISTICS_SECONDS
    wanted = {"well": (0, 1), "abandoned": (1, 0), "deep": (8, 1), "deep.dead-letter": (2, 0)}
    while time.monotonic() < deadline:
        found = {
            name: (queue.get("messages"), queue.get("consumers"))
            for name, queue in api.queues(vhost).items()
        }
        if found == wanted:
            return
        connection.sleep(0.5)
    raise AssertionError(found)
