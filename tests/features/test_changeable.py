"""What RabbitMQ can change in place is changed in place, under messages that stay."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.features.client import Client
from tests.features.conftest import NewStack
from tests.features.eventually import eventually
from tests.support.api import Api
from tests.support.stack import Stack
from toolchain.node import Broker

MESSAGES = 5

BEFORE: dict[str, Any] = {
    "message_ttl": 3_600_000,
    "max_length": 100,
    "overflow": "drop-head",
    "dead_letter_exchange": "first",
    "dead_letter_routing_key": "before",
}
AFTER: dict[str, Any] = {
    "message_ttl": 7_200_000,
    "max_length": 10,
    "overflow": "reject-publish",
    "dead_letter_exchange": "second",
    "dead_letter_routing_key": "after",
}
QUORUM_BEFORE, QUORUM_AFTER = {"delivery_limit": 3}, {"delivery_limit": 7}
STREAM_BEFORE, STREAM_AFTER = {"max_age": "7D"}, {"max_age": "1D", "max_length_bytes": 10**9}

TEAM = {"expires": 86_400_000, "max-length": 50}
"""What the policy for both queues says; the queues' own length wins over it."""


def topology(vhost: str) -> dict[str, Any]:
    return {
        "vhost": vhost,
        "exchanges": {
            "events": {"type": "topic", "alternate_exchange": "first"},
            "first": {"type": "fanout"},
            "second": {"type": "fanout"},
        },
        "queues": {
            "classic": {"type": "classic", **BEFORE},
            "quorum": {"type": "quorum", **BEFORE, **QUORUM_BEFORE},
            "stream": {"type": "stream", **STREAM_BEFORE},
            "first": {},
            "second": {},
        },
        "bindings": [
            {"source": "first", "destination": "first"},
            {"source": "second", "destination": "second"},
            *(
                {"source": "events", "destination": name, "routing_key": name}
                for name in ("classic", "quorum", "stream")
            ),
        ],
        # What these tests make stricter would drop messages that are there: that is meant.
        "allow_message_loss": {"queues": ["classic", "quorum", "stream"]},
        "policies": {
            "team": {
                "pattern": "^(classic|quorum)$",
                "apply_to": "queues",
                "priority": 10,
                "definition": TEAM,
            }
        },
    }


@dataclass
class Changing:
    """A stack that is changed from test to test, in the order of this file."""

    stack: Stack
    api: Api
    client: Client
    said: str
    """What Pulumi showed of the first update."""
    topology: dict[str, Any] = field(default_factory=dict)

    def expect(self, queue: str, **effective: Any) -> None:
        """Waits until the broker says that this, and nothing else, is set by policy."""
        wanted = {key.replace("_", "-"): value for key, value in effective.items()}

        def found() -> Any:
            return self.api.get("queues", self.stack.vhost, queue).get(
                "effective_policy_definition"
            )

        eventually(found, wanted)

    def change(self) -> Mapping[str, int]:
        """Applies the topology as it is now. What was done to how many resources."""
        self.stack.configure(self.topology)
        done = self.stack.counted_up()
        return {operation: count for operation, count in done.items() if operation != "same"}

    def counted(self, queue: str) -> int:
        """Messages as the broker counts them from time to time."""
        return int(self.api.get("queues", self.stack.vhost, queue).get("messages", 0))


@pytest.fixture(scope="module")
def changing(broker: Broker, new_stack: NewStack) -> Iterator[Changing]:
    stack = new_stack(broker)
    stack.configure(topology(stack.vhost))
    said = stack.up()
    with Api(broker) as api, Client(broker, stack.vhost) as client:
        for queue in ("classic", "quorum", "stream"):
            for number in range(MESSAGES):
                assert client.publish("events", queue, f"{queue} {number}")
        yield Changing(stack, api, client, said, topology(stack.vhost))


def test_own_values_win_over_a_policy_and_the_rest_of_it_stays(changing: Changing) -> None:
    changing.expect("classic", expires=86_400_000, **BEFORE)
    changing.expect("quorum", expires=86_400_000, **BEFORE, **QUORUM_BEFORE)
    changing.expect("stream", **STREAM_BEFORE)


def test_the_user_is_told_what_was_combined(changing: Changing) -> None:
    settings = "dead-letter-exchange, dead-letter-routing-key, max-length, message-ttl, overflow"
    assert (
        f"queues.classic: policy queue.classic holds its own settings ({settings}) and those of "
        "policy team, except max-length"
    ) in changing.said
    assert "queues.stream" not in changing.said


def test_every_setting_changes_under_messages_that_stay(changing: Changing) -> None:
    queues = changing.topology["queues"]
    queues["classic"].update(AFTER)
    queues["quorum"].update(AFTER | QUORUM_AFTER)
    queues["stream"].update(STREAM_AFTER)
    changing.topology["exchanges"]["events"]["alternate_exchange"] = "second"
    assert changing.change() == {"update": 4}
    changing.expect("classic", expires=86_400_000, **AFTER)
    changing.expect("quorum", expires=86_400_000, **AFTER, **QUORUM_AFTER)
    changing.expect("stream", **STREAM_AFTER)
    assert changing.client.ready("classic") == changing.client.ready("quorum") == MESSAGES
    eventually(lambda: changing.counted("stream"), MESSAGES)


@pytest.mark.parametrize("queue", ["classic", "quorum"])
def test_a_changed_setting_is_obeyed(changing: Changing, queue: str) -> None:
    client = changing.client
    taken = [client.publish("events", queue, f"{queue} more") for _ in range(20)]
    assert not all(taken), "the queue is full and must refuse"
    assert client.ready(queue) == MESSAGES + sum(taken)

    first = client.get(queue)
    assert first is not None
    assert first.body == f"{queue} 0", "the oldest message has stayed"
    client.reject(first)
    eventually(lambda: client.ready("second"), 1)
    (dead,) = client.drain("second")
    assert (dead.body, dead.routing_key) == (f"{queue} 0", "after")


def test_the_alternate_exchange_changed_in_place(changing: Changing) -> None:
    assert changing.client.publish("events", "nowhere")
    assert [message.routing_key for message in changing.client.drain("second")] == ["nowhere"]
    assert not changing.client.drain("first")


def test_the_policy_under_own_settings_changes_too(changing: Changing) -> None:
    """And a queue without settings of its own any more is under it alone."""
    ready = changing.client.ready("classic")
    changing.topology["policies"]["team"]["definition"] = {
        "max-length-bytes": 10**6,
        "expires": 9**9,
    }
    changing.topology["queues"]["classic"] = {"type": "classic"}
    assert changing.change() == {"update": 2, "delete": 1}
    changing.expect("classic", max_length_bytes=10**6, expires=9**9)
    changing.expect("quorum", max_length_bytes=10**6, expires=9**9, **AFTER, **QUORUM_AFTER)
    assert changing.client.ready("classic") == ready
    changing.stack.expect_no_changes()


def test_no_policy_comes_between_a_queue_and_its_settings(changing: Changing) -> None:
    """Not for a moment of an update: RabbitMQ drops at once what is beyond a limit."""
    ready = changing.client.ready("quorum")
    team = changing.topology["policies"]["team"]
    for priority, length in ((900_000, 2), (10, 1)):
        team["priority"], team["definition"] = priority, {"max-length": length}
        changing.topology["queues"]["classic"]["max_length"] = 1_000 + priority
        changing.change()
        assert changing.client.ready("quorum") == ready
        assert changing.client.ready("classic") > length


def test_fixed_arguments_are_refused_while_messages_are_in_the_queue(changing: Changing) -> None:
    assert changing.client.ready("classic")
    changed = copy.deepcopy(changing.topology)
    changed["queues"]["classic"] = {
        "type": "classic",
        "max_length": 70,
        "settings_as_arguments": True,
    }
    changing.stack.configure(changed)
    said = changing.stack.run("preview")
    assert said.code != 0
    assert "queue classic is not deleted: it holds" in said.text
    assert "policy queue.quorum holds its own settings" in said.text
    changing.stack.configure(changing.topology)


@pytest.mark.soak
def test_fixed_arguments_replace_an_empty_queue(changing: Changing) -> None:
    changing.client.drain("classic")
    # Whoever asks the broker how many messages there are hears what it has counted lately.
    eventually(lambda: changing.counted("classic"), 0)
    changing.topology["queues"]["classic"] = {
        "type": "classic",
        "max_length": 70,
        "settings_as_arguments": True,
    }
    changing.stack.configure(changing.topology)
    changing.stack.up()
    found = changing.api.get("queues", changing.stack.vhost, "classic")
    assert found["arguments"] == {"x-queue-type": "classic", "x-max-length": 70}
    assert changing.client.publish("events", "classic"), "its binding is there again"
    changing.stack.expect_no_changes()
