"""What a person may say about one object: it may go, it stays on the broker, it is protected."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tests.features.eventually import eventually
from tests.live.conftest import MakeStack
from tests.safety.landscape import Config, landscape, stack_with, without_queue
from tests.safety.stronghold import ALL_AT_ONCE, DESTROY, UP, Stronghold
from tests.support.api import Api
from tests.support.stack import Stack
from toolchain.node import Broker


def test_consent_for_one_queue_is_for_that_queue_alone(stack: Stack) -> None:
    _only_that_queue_goes(stack)


@pytest.mark.soak
def test_consent_on_every_broker(make_stack: MakeStack, each_broker: Broker) -> None:
    _only_that_queue_goes(make_stack(each_broker))


def test_retain_leaves_a_queue_with_all_that_belongs_to_it(stack: Stack) -> None:
    _retained_and_taken_back(stack)


@pytest.mark.soak
def test_retain_on_every_broker(make_stack: MakeStack, each_broker: Broker) -> None:
    _retained_and_taken_back(make_stack(each_broker))


def _only_that_queue_goes(stack: Stack) -> None:
    with Stronghold(stack, landscape(stack.vhost), used=False) as stronghold:
        said = stronghold.attack(
            *(without_queue(name) for name in ("work", "ordered", "audit")),
            stack_with(allow_deletion={"queues": ["work"]}),
            command=ALL_AT_ONCE,
        )
        assert said.code != 0
        assert "queue work is not deleted" not in said.text
        assert "work" in stronghold.api.queues(stack.vhost), "nothing is changed"
        said = stronghold.attack(
            without_queue("work"), stack_with(allow_deletion={"queues": ["work"]})
        )
        assert said.code == 0, said.text
        queues = stronghold.api.queues(stack.vhost)
        assert "work" not in queues
        assert {"ordered", "audit", "lent"} <= set(queues)
        stronghold.messages.forget("work")
        assert stronghold.messages.gone() == {}


def _retained_and_taken_back(stack: Stack) -> None:
    with Stronghold(stack, landscape(stack.vhost), used=False) as stronghold:
        api, before = stronghold.api, _kept(stronghold.api, stack.vhost)
        keep = stack_with(retain={"queues": ["retried"]})
        said = stronghold.attack(without_queue("retried"), keep)
        assert said.code != 0
        assert "queue retried is not deleted: retain keeps it" in said.text, said.text
        said = stronghold.attack(keep)
        assert said.code == 0, said.text
        said = stronghold.attack(without_queue("retried"), keep)
        assert said.code == 0, said.text
        assert _kept(api, stack.vhost) == before
        assert not [entry for entry in stack.state() if "retried" in entry["urn"]]
        stack.configure(stronghold.config)
        said = stack.run(*UP)
        assert said.code == 0, said.text
        assert "queue retried exists as declared, and now belongs to this stack" in said.text
        assert _kept(api, stack.vhost) == before
        stack.expect_no_changes()
        eventually(partial(_policy, api, stack.vhost, "retried"), "queue.retried")
        assert stronghold.messages.gone() == {}


def _policy(api: Api, vhost: str, queue: str) -> Any:
    """As RabbitMQ tells some seconds after it was set."""
    return api.queues(vhost)[queue].get("policy")


def _kept(api: Api, vhost: str) -> dict[str, Any]:
    """All that belongs to the queue `retried`."""
    facts = ("name", "type", "durable", "arguments")
    return {
        "queues": [
            {fact: queue.get(fact) for fact in facts}
            for name, queue in sorted(api.queues(vhost).items())
            if "retried" in name
        ],
        "exchanges": [name for name in sorted(api.exchanges(vhost)) if "retried" in name],
        "bindings": [entry for entry in api.bindings(vhost) if "retried" in entry["destination"]],
        "policies": [entry for entry in api.get("policies", vhost) if "retried" in entry["name"]],
    }


def test_protection_is_stack_wide_and_by_object(stack: Stack) -> None:
    config: Config = {
        "vhost": stack.vhost,
        "protect": True,
        "exchanges": {"safe": {}, "loose": {"protect": False}},
        "queues": {"safe": {}, "loose": {"protect": False}},
    }
    stack.configure(config)
    assert stack.run(*UP).code == 0
    gone = {key: value for key, value in config.items() if key not in ("exchanges", "queues")}
    stack.configure(gone)
    for command in (UP, ALL_AT_ONCE, (*DESTROY, "--continue-on-error")):
        said = stack.run(*command)
        assert said.code != 0
        assert "because it is protected" in said.text, said.text
        with Api(stack.broker) as api:
            assert set(api.queues(stack.vhost)) >= {"safe"}
            assert set(api.exchanges(stack.vhost)) >= {"safe"}
    with Api(stack.broker) as api:
        assert "loose" not in {*api.queues(stack.vhost), *api.exchanges(stack.vhost)}
    config["queues"]["safe"] = {"type": "quorum"}
    stack.configure(config)
    said = stack.run(*UP)
    assert said.code != 0
    assert "protect" in said.text
    config["queues"]["safe"] = {}
    stack.configure({**config, "protect": False})
    assert stack.run(*UP).code == 0
    stack.configure({**gone, "protect": False})
    assert stack.run(*UP).code == 0
    with Api(stack.broker) as api:
        assert api.queues(stack.vhost) == {}


def test_what_is_protected_keeps_its_way_and_its_settings(stack: Stack) -> None:
    config: Config = {
        "vhost": stack.vhost,
        "protect": True,
        "exchanges": {"safe": {}, "loose": {"protect": False}},
        "queues": {"queue": {"max_length": 5}, "other": {}},
        "bindings": [{"source": "safe", "destination": "queue", "routing_key": "k"}],
    }
    stack.configure(config)
    assert stack.run(*UP).code == 0
    with Api(stack.broker) as api:
        before = api.bindings(stack.vhost)
        for flag in ("--exclude-protected", "--ignore-protect"):
            said = stack.run(*DESTROY, flag)
            assert said.code != 0
            assert (
                "the binding from exchange safe is not deleted: queue queue is protected."
                in said.text
            )
            assert "Traceback" not in said.text
            assert api.bindings(stack.vhost) == before != []
            assert set(api.queues(stack.vhost)) == {"queue", "other"}
            eventually(partial(_policy, api, stack.vhost, "queue"), "queue.queue")
        config["bindings"].append({"source": "loose", "destination": "other", "routing_key": "k"})
        stack.configure(config)
        said = stack.run(*UP)
        assert said.code == 0, said.text
        said = stack.run(*DESTROY, "--exclude-protected")
        assert said.code != 0
        assert (
            "the binding from exchange loose is not deleted: queue other is protected." in said.text
        )
        assert len(api.bindings(stack.vhost)) == 2
