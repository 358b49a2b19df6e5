"""The program from its config to what it asks Pulumi for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.config import EXCHANGE, QUEUE, dev
from tests.support.mocked_run import Registered, Run, run_program


def settings(resource: Registered) -> dict[str, Any]:
    """The settings that a queue or exchange is declared with."""
    found: dict[str, Any] = resource.inputs["settings"]
    return found


def queue_arguments(resource: Registered) -> dict[str, Any]:
    """The arguments that a queue is declared with."""
    found: dict[str, Any] = json.loads(settings(resource)["argumentsJson"])
    return found


@pytest.fixture(scope="module")
def run() -> Run:
    """A run of the dev stack."""
    return run_program(dev())


def test_the_dev_stack_is_four_resources(run: Run) -> None:
    assert [(found.type, found.name) for found in run.resources] == [
        ("rabbitmq:index/vHost:VHost", "my-vhost"),
        ("rabbitmq:index/exchange:Exchange", "my-vhost/my-exchange"),
        ("rabbitmq:index/queue:Queue", "my-vhost/my-queue"),
        ("rabbitmq:index/binding:Binding", "my-vhost/my-exchange/queue/my-queue/my-routing-key"),
    ]


def test_the_dev_stack_is_durable_and_typed(run: Run) -> None:
    (exchange,), (queue,) = run.of("Exchange"), run.of("Queue")
    assert settings(exchange)["type"] == "direct" and settings(exchange)["durable"] is True
    assert settings(queue)["durable"] is True
    assert queue_arguments(queue) == {"x-queue-type": "classic"}
    assert "arguments" not in settings(queue)


def test_the_program_exports_the_contract(run: Run) -> None:
    assert run.exports["queue_url"] == "amqp://localhost:5672/my-vhost#queue=my-queue"
    assert run.exports["contract_version"] == 1


def test_everything_is_in_the_vhost_that_the_stack_makes(run: Run) -> None:
    for kind in ("Exchange", "Queue", "Binding"):
        (resource,) = run.of(kind)
        assert resource.depends_by("vhost") == ["my-vhost"]


def test_a_binding_goes_with_the_ends_it_was_made_for(run: Run) -> None:
    (binding,) = run.of("Binding")
    assert binding.depends_by("source") == [f"my-vhost/{EXCHANGE}"]
    assert binding.depends_by("destination") == [f"my-vhost/{QUEUE}"]
    assert binding.inputs["destinationType"] == "queue"


def test_exchanges_can_be_bound_to_exchanges() -> None:
    topology = {
        "vhost": "v",
        "exchanges": {"a": {"type": "topic"}, "b": {"type": "fanout"}},
        "bindings": [
            {"source": "a", "destination": "b", "destination_type": "exchange"},
            {"source": "amq.topic", "destination": "b", "destination_type": "exchange"},
        ],
    }
    # Both are registered side by side, in no order.
    found = {binding.inputs["source"]: binding for binding in run_program(topology).of("Binding")}
    inner, outer = found["a"], found["amq.topic"]
    assert inner.depends_by("source") == ["v/a"] and inner.depends_by("destination") == ["v/b"]
    assert inner.inputs["destinationType"] == "exchange"
    assert outer.depends_by("source") == []


@pytest.mark.parametrize(
    ("vhost", "queue", "kind"),
    [
        ("v", {}, "classic"),
        ("v", {"type": "quorum"}, "quorum"),
        ("v", {"type": "stream"}, "stream"),
        ({"name": "v", "default_queue_type": "quorum"}, {}, "quorum"),
        ({"name": "v", "default_queue_type": "quorum"}, {"type": "classic"}, "classic"),
    ],
)
def test_a_queue_always_says_its_type(vhost: Any, queue: dict[str, Any], kind: str) -> None:
    (found,) = run_program({"vhost": vhost, "queues": {"q": queue}}).of("Queue")
    assert queue_arguments(found)["x-queue-type"] == kind
    assert settings(found)["durable"] is True


def test_arguments_keep_their_types() -> None:
    arguments = {"x-match": "all", "number": 5, "text": "5", "flag": True}
    topology = {
        "vhost": "v",
        "exchanges": {"e": {"type": "headers"}},
        "queues": {"q": {"arguments": {"x-max-priority": 5}}},
        "bindings": [{"source": "e", "destination": "q", "arguments": arguments}],
    }
    run = run_program(topology)
    (queue,), (binding,) = run.of("Queue"), run.of("Binding")
    assert queue_arguments(queue) == {"x-max-priority": 5, "x-queue-type": "classic"}
    assert json.loads(binding.inputs["argumentsJson"]) == arguments
    assert "arguments" not in binding.inputs


def test_logical_names_do_not_depend_on_the_order() -> None:
    topology = dev() | {"queues": {"a": {}, QUEUE: {}}, "exchanges": {EXCHANGE: {}, "z": {}}}
    reversed_ = topology | {
        key: dict(reversed(topology[key].items())) for key in ("queues", "exchanges")
    }
    names = {(found.type, found.name) for found in run_program(topology).resources}
    assert names == {(found.type, found.name) for found in run_program(reversed_).resources}


def test_replacing_deletes_first(run: Run) -> None:
    """RabbitMQ knows objects by name: a replacement made first would be the one that is deleted."""
    assert all(found.request.deleteBeforeReplace for found in run.resources)


def test_the_default_vhost_is_never_deleted() -> None:
    (vhost,) = run_program({"vhost": "/"}).of("VHost")
    assert vhost.name == "%2F" and vhost.request.retainOnDelete


def test_a_vhost_that_exists_already_is_no_resource() -> None:
    run = run_program(dev() | {"vhost": {"name": "my-vhost", "existing": True}})
    assert run.of("VHost") == []
    assert [found.inputs["vhost"] for found in run.resources] == ["my-vhost"] * 3
    assert run.exports["queue_url"] == "amqp://localhost:5672/my-vhost#queue=my-queue"
    assert run.resources[0].name == "my-vhost/my-exchange"


def test_a_wrong_topology_registers_nothing() -> None:
    run = run_program({"vhost": "v", "queues": {"q": {"type": "clasic"}}})
    assert run.resources == [] and run.exports == {}
    assert run.code != 0
    assert run.said[-1].splitlines() == [
        "1 problem in the configuration:",
        "  - queues.q.type: must be classic, quorum or stream; did you mean classic?",
    ]


def test_a_run_that_asked_nobody_says_so(run: Run) -> None:
    assert [text for text in run.said if "The broker was not asked" in text]
