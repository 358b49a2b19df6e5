"""The component on a real broker: several in one program; a stack program moves into one."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pika
import pytest

from tests.live.conftest import MakeStack
from tests.support.api import Api
from tests.support.config import QUEUE, dev
from tests.support.stack import Stack
from toolchain.folders import PROJECT
from toolchain.node import Broker

PROGRAMS = Path(__file__).parent / "programs"
pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def components(make_stack: MakeStack, broker: Broker) -> Stack:
    """A stack of the program with two topologies."""
    stack = make_stack(broker, PROGRAMS / "components")
    (stack.folder / "topology").symlink_to(PROJECT / "topology")
    stack.configure_program("components", vhost=stack.vhost)
    return stack


def publish(url: str, exchange: str, routing_key: str) -> None:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish(exchange, routing_key, b"a message", mandatory=True)


def received(url: str, queue: str) -> bytes | None:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        body: bytes | None = connection.channel().basic_get(queue, auto_ack=True)[2]
        return body


def test_one_up_makes_the_broker_and_the_topology_on_it(components: Stack, broker: Broker) -> None:
    previewed = components.run("preview")
    assert previewed.code == 0, previewed.text
    assert "The broker of Topology made was not asked" in previewed.text
    assert "The broker of Topology known was not asked" not in previewed.text

    made = components.run("up", "--yes")
    assert made.code == 0, made.text
    assert set(components.preview(refresh=True)) == {"same"}
    for name in ("known", "made"):
        drift = components.command("drift", "--stack", components.name, "--component", name)
        assert drift.code == 0, drift.text

    outputs = components.outputs()
    assert outputs["services"].secret
    service = outputs["services"].value[f"{components.vhost}-made-worker"]
    assert received(service["url"], "q") is None
    publish(service["url"], "e", "k")

    components.set_plain("components:queue", "another")
    plan = components.folder / "plan.json"
    plan.write_text(components.run("preview", "--json").text)
    gate = components.command("gate", "plan.json", "--stack", components.name)
    assert gate.code == 3, gate.text
    assert "it holds 1 message" in gate.text
    components.set_plain("components:queue", "q")

    kept = components.run("destroy", "--yes", "--skip-preview", "--run-program")
    assert kept.code != 0
    assert "queue q is not deleted: it holds 1 message" in kept.text
    assert "this run has changed nothing of Topology made" in kept.text
    assert "Traceback" not in kept.text
    with Api(broker) as api:
        assert len(api.bindings(f"{components.vhost}-made")) == 1
    assert received(service["url"], "q") == b"a message"
    gone = components.run("destroy", "--yes", "--run-program")
    assert gone.code == 0, gone.text
    with Api(broker) as api:
        assert not [name for name in api.vhosts() if components.token in name]


def test_a_component_is_destroyed_while_it_is_declared(components: Stack, broker: Broker) -> None:
    components.up()
    urn = components.outputs()["made_urn"].value
    components.set_plain("components:without", "true")
    for command in (["preview"], ["up", "--yes", "--skip-preview"]):
        done = components.run(*command)
        assert done.code != 0
        assert "is not deleted: Topology made is not declared any more" in done.text, done.text
    with Api(broker) as api:
        assert api.has("queues", f"{components.vhost}-made", "q")

    # As the refusal tells.
    components.set_plain("components:without", "false")
    destroyed = components.run(
        "destroy", "--yes", "--run-program", "--target", urn, "--target-dependents"
    )
    assert destroyed.code == 0, destroyed.text
    with Api(broker) as api:
        assert f"{components.vhost}-made" not in api.vhosts()
        assert f"{components.vhost}-known" in api.vhosts()
    components.set_plain("components:without", "true")
    done = components.run("up", "--yes")
    assert done.code == 0, done.text
    components.destroy()


def test_a_stack_program_moves_into_a_component_without_a_change(
    make_stack: MakeStack, broker: Broker
) -> None:
    stack = make_stack(broker)
    services = {f"{stack.vhost}-w": {"publishes": ["my-exchange"], "consumes": [QUEUE]}}
    stack.configure(dev(stack.vhost) | {"services": services})
    stack.up()
    url = stack.outputs()["services"].value[f"{stack.vhost}-w"]["url"]
    publish(url, "my-exchange", "my-routing-key")

    program = stack.folder / "__main__.py"
    program.unlink()
    program.symlink_to(PROGRAMS / "moved" / "__main__.py")
    planned = stack.run("preview", "--json")
    assert planned.code == 0, planned.text
    steps = json.loads(planned.text)["steps"]
    changed = Counter(
        (step["op"], step["urn"].split("::")[2].rpartition("$")[2])
        for step in steps
        if step["op"] != "same"
    )
    assert changed - Counter({("update", "pulumi:pulumi:Stack"): 1}) == {
        ("create", "rabbitmq-topology:index:Topology"): 1,
        ("create", "pulumi:providers:rabbitmq"): 1,
        ("create", "pulumi:index:Stash"): 1,
    }
    moved = stack.run("up", "--yes")
    assert moved.code == 0, moved.text
    assert set(stack.preview(refresh=True)) == {"same"}
    assert received(url, QUEUE) == b"a message"
    stack.destroy()
    with Api(broker) as api:
        assert stack.vhost not in api.vhosts()


@pytest.fixture
def moved(make_stack: MakeStack, broker: Broker) -> Stack:
    """A stack of the program with one topology, which it takes from its config."""
    stack = make_stack(broker, PROGRAMS / "moved")
    (stack.folder / "topology").symlink_to(PROJECT / "topology")
    return stack


def test_a_component_is_verified_and_its_queue_migrated(moved: Stack, broker: Broker) -> None:
    services = {f"{moved.vhost}-w": {"publishes": ["my-exchange"], "consumes": [QUEUE]}}
    topology = dev(moved.vhost) | {"services": services}
    moved.configure(topology)
    moved.up()
    verified = moved.command("verify", "--stack", moved.name, "--component", "moved")
    assert verified.code == 0, verified.text
    assert f"consume from {QUEUE}: permitted" in verified.text
    with Api(broker) as api:
        assert api.publish(moved.vhost, "my-exchange", "my-routing-key")

    moved.configure(topology | {"queues": {QUEUE: {"type": "quorum", "migrate": True}}})
    refused = moved.run("preview")
    assert refused.code != 0
    assert f"queue {QUEUE} is not deleted" in refused.text
    chosen = ("--stack", moved.name, "--component", "moved")
    migrated = moved.command("migrate", *chosen, "--yes")
    assert migrated.code == 0, migrated.text
    assert "The state is as declared." in migrated.text
    assert set(moved.preview(refresh=True)) == {"same"}
    drift = moved.command("drift", *chosen)
    assert drift.code == 0, drift.text
    with Api(broker) as api:
        assert api.get("queues", moved.vhost, QUEUE)["type"] == "quorum"
    url = f"{broker.amqp}/{moved.vhost}".replace("//", f"//{broker.username}:{broker.password}@", 1)
    assert received(url, QUEUE) is not None


def test_a_component_takes_over_what_exists(moved: Stack, broker: Broker) -> None:
    with Api(broker) as api:
        api.put("vhosts", moved.vhost)
        body = {"durable": True, "arguments": {"x-queue-type": "classic"}}
        api.put("queues", moved.vhost, QUEUE, body=body)
        assert api.publish(moved.vhost, "amq.default", QUEUE)
    moved.configure(dev(moved.vhost) | {"adopt": True})
    taken = moved.run("up", "--yes")
    assert taken.code == 0, taken.text
    assert set(moved.preview(refresh=True)) == {"same"}
    url = f"{broker.amqp}/{moved.vhost}".replace("//", f"//{broker.username}:{broker.password}@", 1)
    assert received(url, QUEUE) is not None
