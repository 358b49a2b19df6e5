"""A stack's own shovels and federation links go before its queues, and do not keep them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.features.eventually import eventually
from tests.safety.stronghold import DESTROY, UP, apply
from tests.support.api import Api
from tests.support.stack import Stack

PREVIEW_DESTROY = ("destroy", "--preview-only", "--run-program")


@pytest.fixture
def api(stack: Stack) -> Iterator[Api]:
    with Api(stack.broker) as api:
        yield api


def config(stack: Stack) -> dict[str, Any]:
    """A classic and a quorum queue, each with a shovel, and two federated exchanges; all links
    lead from the vhost to itself."""
    vhost = stack.vhost
    local = f"amqp:///{vhost}"
    return {
        "vhost": vhost,
        "exchanges": {"events": {"type": "topic"}, "copied": {"type": "topic"}},
        "queues": {"from": {"type": "classic"}, "onward": {"type": "quorum"}, "to": {}},
        "bindings": [
            {"source": "events", "destination": name, "routing_key": "#"}
            for name in ("from", "onward")
        ],
        "shovels": {
            "direct": {
                "source_uri": local,
                "source_queue": "from",
                "destination_uri": local,
                "destination_queue": "to",
            },
            "second one": {
                "source_uri": local,
                "source_queue": "onward",
                "destination_uri": local,
                "destination_queue": "to",
            },
        },
        "federation_upstreams": {"self": {"uri": local, "exchange": "events"}},
        "policies": {
            "copy": {
                "pattern": "^copied$",
                "apply_to": "exchanges",
                "definition": {"federation-upstream": "self"},
            }
        },
    }


def _running(api: Api, vhost: str) -> tuple[int, int]:
    shovels = [one for one in api.get("shovels", vhost) if one.get("state") == "running"]
    links = [one for one in api.get("federation-links", vhost) if one.get("status") == "running"]
    return len(shovels), len(links)


def test_a_destroy_stops_them_first(stack: Stack, api: Api) -> None:
    apply(stack, config(stack))
    eventually(lambda: _running(api, stack.vhost), (2, 1))
    said = stack.run(*PREVIEW_DESTROY)
    assert said.code == 0, said.text
    said = stack.run(*DESTROY)
    assert said.code == 0, said.text
    assert stack.vhost not in api.vhosts()


def test_a_queue_leaves_with_its_shovel_and_not_without(stack: Stack, api: Api) -> None:
    whole = config(stack)
    apply(stack, whole)
    eventually(lambda: _running(api, stack.vhost), (2, 1))
    del whole["queues"]["from"], whole["bindings"][0]
    shovel = whole["shovels"].pop("direct")
    stack.configure({**whole, "shovels": {**whole["shovels"], "direct": shovel}})
    said = stack.run(*UP)
    assert "queue from is not deleted: it holds 0 messages" in said.text
    assert said.text.count("1 consumer") >= 1
    assert said.code != 0
    stack.configure(whole)
    said = stack.run("preview")
    assert said.code == 0, said.text
    apply(stack, whole)
    assert set(api.queues(stack.vhost)) >= {"onward", "to"}
    assert "from" not in api.queues(stack.vhost)
