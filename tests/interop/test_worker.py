"""The example's worker: by a stack's URLs alone, a message goes its way and nothing is left."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.interop.landscape import Landscape, Place
from toolchain.folders import PROJECT

WORKER = PROJECT / "examples" / "consumer" / "worker.py"
SECONDS = 240
ACCOUNT = "all"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def place(landscape: Landscape) -> Place:
    return landscape.in_vhost("reserved")


@pytest.fixture
def run(landscape: Landscape, place: Place) -> Run:
    """Runs the worker as a container would: its environment holds the outputs."""
    environment = {
        "AMQP_URL": place.delivery("amqp_url", landscape.account(ACCOUNT)).url,
        "AMQP_EXCHANGE": place.exchange,
        "AMQP_QUEUE": place.queue,
        "ROUTING_KEY": place.routing_key,
    }

    def run(**changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-W", "error", str(WORKER)],
            env=environment | changes,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    return run


@pytest.mark.smoke
def test_its_message_arrives(run: Run, place: Place, landscape: Landscape) -> None:
    done = run()
    assert (done.returncode, done.stderr) == (0, "")
    published, received = done.stdout.splitlines()
    assert "published" in published
    assert repr(place.exchange) in published
    assert "received" in received
    assert repr(place.queue) in received
    assert landscape.take(place) == []


def test_it_does_not_touch_the_messages_of_others(
    run: Run, place: Place, landscape: Landscape
) -> None:
    """Were it to give them back, the broker would drop them after some runs."""
    landscape.publish(place)
    landscape.publish(place)
    _fails(run(), "holds messages of others (2)")
    assert [message["redelivered"] for message in landscape.take(place)] == [False, False]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"AMQP_URL": ""}, "AMQP_URL is not set; take it from the stack's outputs."),
        ({"AMQP_QUEUE": ""}, "AMQP_QUEUE is not set; take it from the stack's outputs."),
        ({"AMQP_URL": "amqp://u:s3cret@localhost:x/v"}, "has no HOST:PORT that can be read"),
        ({"ROUTING_KEY": "nowhere"}, "put the message in no queue"),
    ],
    ids=["no-url", "no-queue", "no-port", "unroutable"],
)
def test_it_says_what_is_wrong_in_one_line(
    change: dict[str, str], reason: str, run: Run, place: Place, landscape: Landscape
) -> None:
    _fails(run(**change), reason)
    assert landscape.take(place) == []


def test_a_wrong_password_is_told_without_it(run: Run, place: Place, landscape: Landscape) -> None:
    username, _ = landscape.account(ACCOUNT)
    url = place.delivery("amqp_url", (username, "n0t-th1s")).url
    _fails(run(AMQP_URL=url), f"refuses the user {username!r} with this password")


@pytest.mark.parametrize("kind", ["exchange", "queue"])
def test_it_publishes_nothing_where_a_place_is_missing(
    kind: str, run: Run, place: Place, landscape: Landscape
) -> None:
    _fails(run(**{f"AMQP_{kind.upper()}": "gone"}), f"no {kind} 'gone' in vhost")
    assert landscape.take(place) == []


def test_it_says_that_no_broker_answers(run: Run) -> None:
    # Port 1 is nobody's: a socket that was free a moment ago could be taken.
    _fails(run(AMQP_URL="amqp://127.0.0.1:1/v"), "No RabbitMQ answers at 127.0.0.1:1")


def _fails(done: subprocess.CompletedProcess[str], reason: str) -> None:
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert reason in done.stderr
    assert "s3cret" not in done.stderr and "n0t-th1s" not in done.stderr
