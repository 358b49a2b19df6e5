"""The make targets in a clone, as a person uses them: real engine, real broker."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import httpx
import pytest

from tests.features.eventually import eventually
from tests.support.api import Api
from tests.support.idle import until_idle
from tests.toolchain.clone import Clone
from toolchain import engine
from toolchain.node import Broker, installed_server

needs_rabbitmq = pytest.mark.skipif(
    installed_server() is None, reason="no rabbitmq-server is installed"
)
NO_DOCKER = {"DOCKER_HOST": "unix:///nowhere/docker.sock"}


@pytest.fixture
def ready(clone: Clone) -> Clone:
    """A clone that knows the engine already: finding it has tests of its own."""
    (clone.folder / ".topology").mkdir()
    found = engine.current()
    (clone.folder / ".topology" / "engine.json").write_text(json.dumps(vars(found)))
    return clone


def answers(clone: Clone) -> bool:
    try:
        httpx.get(clone.endpoint)
    except httpx.ConnectError:
        return False
    return True


def the_broker(clone: Clone) -> Broker:
    return Broker(
        clone.endpoint, f"amqp://localhost:{clone.amqp_port}", "guest", "guest", "", "make up"
    )


def test_help_names_every_target(clone: Clone) -> None:
    said = clone.run("make").stdout
    makefile = (clone.folder / "Makefile").read_text()
    targets = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[0].split()
    for target in targets:
        assert re.search(rf"^  make {target} +\S", said, re.MULTILINE), target


@pytest.mark.live
@needs_rabbitmq
def test_from_a_clone_to_a_running_topology_and_back(ready: Clone) -> None:
    clone = ready
    up = clone.run("make", "up", **NO_DOCKER)
    assert up.returncode == 0, up.stderr
    assert "Docker: no Docker engine can be reached" in up.stderr
    assert "Broker: private node" in up.stderr
    with Api(the_broker(clone)) as api:
        assert set(api.queues("my-vhost")) == {"my-queue"}
        assert api.publish("my-vhost", "my-exchange", "my-routing-key", delivery_mode=2)
    assert clone.git("status", "--porcelain") == ""

    outputs = json.loads(clone.run("make", "-s", "outputs").stdout)
    assert outputs["amqp_url"] == f"amqp://localhost:{clone.amqp_port}/my-vhost"

    # Plain commands in a shell that has evaluated `make env`, once and again.
    settings = clone.run("make", "-s", "env").stdout
    plain = f"{settings}\n{settings}\npulumi preview --refresh --expect-no-changes --stack dev"
    preview = clone.run("/bin/sh", "-euc", plain)
    assert preview.returncode == 0, preview.stdout + preview.stderr

    demo = clone.run("make", "-s", "demo")
    assert demo.returncode == 0, demo.stderr
    assert demo.stdout.endswith("from queue 'my-queue': acknowledged\n")

    assert clone.run("make", "down").returncode == 0
    assert not answers(clone)
    again = clone.run("make", "up", **NO_DOCKER)
    assert "5 unchanged" in again.stdout, again.stderr
    with Api(the_broker(clone)) as api:
        assert api.take("my-vhost", "my-queue") == 1

    # A broker that lost everything is filled again by the same command.
    clone.tool("broker", "down")
    shutil.rmtree(clone.folder / ".topology" / "broker")
    refilled = clone.run("make", "up", **NO_DOCKER)
    assert "4 created" in refilled.stdout, refilled.stderr

    cleaned = clone.run("make", "clean")
    assert cleaned.returncode == 0, cleaned.stderr
    assert not answers(clone)
    assert not (clone.folder / ".topology").exists()
    assert clone.git("status", "--porcelain", "--ignored") == ""


def test_a_broker_that_runs_already_is_used_and_left_as_it_was(
    ready: Clone, broker: Broker
) -> None:
    clone = ready
    point_at(clone, broker)
    up = clone.run("make", "up")
    assert up.returncode == 0, up.stderr
    assert "Broker: a RabbitMQ that was running already" in up.stderr
    with Api(broker) as api, _vhost_of_others(api) as theirs:
        # The broker is shared: vhosts of other tests come and go.
        before = {"/", "my-vhost", theirs}
        assert before <= api.vhosts()
        assert "No broker of ours" in clone.run("make", "down").stderr
        assert api.publish("my-vhost", "my-exchange", "my-routing-key")

        # Messages on somebody's broker are not ours to lose.
        refused = clone.run("make", "clean")
        assert refused.returncode != 0
        assert "nothing was removed" in refused.stderr
        assert before <= api.vhosts()
        assert api.take("my-vhost", "my-queue") == 1
        # A preview goes by statistics, which tell of it some seconds later.
        eventually(lambda: api.queues("my-vhost")["my-queue"].get("messages", -1), 0)
        until_idle(api, "my-vhost", "my-exchange")

        cleaned = clone.run("make", "clean")
        assert cleaned.returncode == 0, cleaned.stderr
        assert before & api.vhosts() == before - {"my-vhost"}


@contextmanager
def _vhost_of_others(api: Api) -> Iterator[str]:
    name = f"theirs-{uuid4().hex[:8]}"
    api.put("vhosts", name)
    yield name
    api.delete("vhosts", name)


def point_at(clone: Clone, broker: Broker) -> None:
    config = clone.folder / "Pulumi.dev.yaml"
    text = config.read_text().replace(clone.endpoint, broker.management)
    config.write_text(text.replace(f"amqp://localhost:{clone.amqp_port}", broker.amqp))


def test_a_foreign_service_on_the_port_stops_it(ready: Clone, broker: Broker) -> None:
    clone = ready
    config = clone.folder / "Pulumi.dev.yaml"
    config.write_text(
        config.read_text().replace(clone.endpoint, broker.amqp.replace("amqp", "http"))
    )
    up = clone.run("make", "up")
    assert up.returncode != 0
    assert "held by a service that is not RabbitMQ's management API" in up.stderr
    assert "To use other ports: pulumi config set" in up.stderr
    assert "Traceback" not in up.stderr
