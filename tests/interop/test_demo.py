"""`make demo`: a second stack reads the outputs, and a message goes its way."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.interop.clone import Clone, demo_vhost
from tests.support.api import Api
from toolchain.engine import Engine, current
from toolchain.node import Broker

WORKER = {
    "url": "amqp://someone:s3cret@127.0.0.1:1/v",
    "publishes": ["events"],
    "consumes": ["jobs"],
}
OUTPUTS = {"contract_version": 1, "services": {"my-worker": WORKER}}
TWO_QUEUES = {**OUTPUTS, "services": {"my-worker": WORKER | {"consumes": ["jobs", "mails"]}}}


@pytest.fixture(scope="session")
def found_engine() -> Engine:
    return current()


@pytest.fixture
def clone(tmp_path: Path, found_engine: Engine, broker: Broker) -> Clone:
    return Clone(tmp_path, found_engine, broker)


@pytest.fixture(scope="module")
def _with_outputs(
    tmp_path_factory: pytest.TempPathFactory, found_engine: Engine, broker: Broker
) -> Clone:
    clone = Clone(tmp_path_factory.mktemp("demo"), found_engine, broker)
    clone.apply_outputs(**OUTPUTS)
    return clone


@pytest.fixture
def with_outputs(_with_outputs: Clone) -> Iterator[Clone]:
    """A clone whose dev stack has `OUTPUTS`; the consumer is configured as in the project."""
    file = _with_outputs.consumer / "Pulumi.dev.yaml"
    before = file.read_bytes()
    yield _with_outputs
    file.write_bytes(before)


@pytest.fixture
def vhost(broker: Broker) -> Iterator[str]:
    name = f"demo-{uuid4().hex[:10]}"
    yield name
    with Api(broker) as api:
        api.delete("vhosts", name)
        api.delete("vhosts", demo_vhost(name))
        api.delete("users", "my-worker")


def test_a_message_arrives_every_time(clone: Clone, vhost: str, broker: Broker) -> None:
    clone.apply_topology(vhost)
    config = (clone.consumer / "Pulumi.dev.yaml").read_bytes()
    for _ in range(2):
        done = clone.demo()
        assert (done.returncode, done.stderr) == (0, "")
        host = broker.amqp.removeprefix("amqp://")
        shown = f"  AMQP_URL       amqp://my-worker:[secret]@{host}/{demo_vhost(vhost)}\n"
        assert shown in done.stdout
        *_, published, received = done.stdout.splitlines()
        assert published.startswith("published 'Hello from the consumer' to exchange 'my-exchange'")
        assert received.startswith("received  'Hello from the consumer' from queue 'my-queue'")
    with Api(broker) as api:
        assert api.take(demo_vhost(vhost), "my-queue") == 0
        right = api.get("permissions", demo_vhost(vhost), "my-worker")
        assert (right["configure"], right["write"]) == ("", "^my\\-exchange$")
    assert (clone.consumer / "Pulumi.dev.yaml").read_bytes() == config, "the demo changes a file"


def test_without_the_dev_stack_it_says_what_to_do(clone: Clone, vhost: str) -> None:
    _fails(clone.demo(), "The dev stack is not up; run `make up` first.")
    clone.apply_topology(vhost)
    clone.destroy_topology()
    _fails(clone.demo(), "The dev stack is not up; run `make up` first.")


def test_a_broker_that_is_gone_is_named(with_outputs: Clone) -> None:
    _fails(with_outputs.demo(), "No RabbitMQ answers at 127.0.0.1:1: is it running?")


def test_a_contract_that_the_consumer_does_not_know_is_refused(clone: Clone) -> None:
    clone.apply_outputs(**OUTPUTS | {"contract_version": 2})
    _fails(clone.demo(), "has outputs of version 2, and this program knows version 1")


def test_of_several_queues_one_has_to_be_named(clone: Clone) -> None:
    clone.apply_outputs(**TWO_QUEUES)
    _fails(clone.demo(), "consumes from jobs, mails; say which one with")
    clone.configure_consumer("queue", "letters")
    _fails(clone.demo(), "consumes from jobs, mails, but not 'letters'.")
    clone.configure_consumer("queue", "mails")
    done = clone.demo()
    assert "  AMQP_QUEUE     mails\n" in done.stdout
    assert "s3cret" not in done.stdout + done.stderr


def test_a_service_that_is_not_there_is_named(with_outputs: Clone) -> None:
    with_outputs.configure_consumer("service", "my-wroker")
    _fails(with_outputs.demo(), "has my-worker as its services, but no 'my-wroker'.")


def test_a_stack_that_is_not_there_is_named(with_outputs: Clone) -> None:
    with_outputs.configure_consumer("topologyStack", "rabbitmq-topology/prod")
    _fails(with_outputs.demo(), 'unknown stack "organization/rabbitmq-topology/prod"')


def test_without_pulumi_it_says_how_to_get_it(clone: Clone) -> None:
    _fails(clone.demo(PATH=""), "The Pulumi CLI is not on PATH; `make demo` puts it there.")


def _fails(done: subprocess.CompletedProcess[str], reason: str) -> None:
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert reason in done.stderr
