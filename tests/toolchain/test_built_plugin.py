"""The plugin that is built here: what it adds to the bridged one, on every RabbitMQ."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.features.eventually import eventually
from tests.support.api import Api
from tests.support.stack import RunFailed, Stack
from toolchain.engine import Engine
from toolchain.folders import cache_folder
from toolchain.node import Broker

PROGRAM = """
import pulumi, pulumi_rabbitmq
wanted = pulumi.Config("rabbitmq-topology").require_object("topology")
exchange = wanted.pop("exchange", None)
queue = wanted.pop("queue", None)
shovel = wanted.pop("shovel", None)
vhost = pulumi_rabbitmq.VHost("vhost", **wanted)
if exchange:
    pulumi_rabbitmq.Exchange("exchange", name="e", vhost=vhost.name, settings=exchange)
if queue:
    pulumi_rabbitmq.Queue("queue", name="q", vhost=vhost.name, settings=queue)
if shovel:
    pulumi_rabbitmq.Shovel("shovel", name="s", vhost=vhost.name, info=shovel)
"""
LIMITS = ("max-connections", "max-queues")


MakeStack = Callable[..., Stack]


@pytest.fixture
def program(engine: Engine, tmp_path: Path) -> Path:
    """A program of one vhost, whose properties are its config."""
    if not Path(engine.programs).is_relative_to(cache_folder()):
        pytest.skip("the engine in use was not built here")
    folder = tmp_path / "program"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: rabbitmq-topology\nruntime: python\n")
    (folder / "__main__.py").write_text(PROGRAM)
    return folder


@pytest.fixture
def vhost_stack(make_stack: MakeStack, broker: Broker, program: Path) -> Stack:
    """A stack of it on the newest RabbitMQ."""
    return make_stack(broker, program)


@pytest.fixture
def end_vhost_stack(make_stack: MakeStack, end_broker: Broker, program: Path) -> Stack:
    """A stack of it on the newest RabbitMQ and on the oldest."""
    return make_stack(end_broker, program)


def up(stack: Stack, *flags: str) -> None:
    """Applies what is configured, without the preview that would double the time."""
    said = stack.run("up", "--yes", "--skip-preview", *flags)
    assert said.code == 0, said.text


def applied(stack: Stack, **wanted: Any) -> None:
    """Applies the properties, and expects that nothing is left to do."""
    stack.configure({"name": stack.vhost, **wanted})
    up(stack)
    stack.expect_no_changes()


def limits(api: Api, vhost: str) -> dict[str, int]:
    found = api.get("vhost-limits", vhost)
    return dict(found[0]["value"]) if found else {}


def knows_queue_types(broker: Broker) -> bool:
    """RabbitMQ has a vhost's default queue type over HTTP from 3.11 on."""
    return [int(part) for part in broker.version.split(".")[:2]] >= [3, 11]


def test_properties_are_written_changed_and_taken_back(end_vhost_stack: Stack) -> None:
    stack, name = end_vhost_stack, end_vhost_stack.vhost
    with Api(stack.broker) as api:
        applied(
            stack,
            description="first",
            default_queue_type="quorum",
            tracing=True,
            max_connections="100",
            max_queues="20",
        )
        found = api.get("vhosts", name)
        assert (found["description"], found["tracing"]) == ("first", True)
        if knows_queue_types(stack.broker):
            assert found["default_queue_type"] == "quorum"
        assert limits(api, name) == {"max-connections": 100, "max-queues": 20}

        applied(stack, description="second", max_queues="30")
        found = api.get("vhosts", name)
        assert (found["description"], found["tracing"]) == ("second", False)
        assert found["default_queue_type"] in {"classic", "undefined"}
        assert limits(api, name) == {"max-queues": 30}


def test_drift_of_what_is_managed_is_seen_and_undone(vhost_stack: Stack) -> None:
    stack, name = vhost_stack, vhost_stack.vhost
    with Api(stack.broker) as api:
        applied(stack, description="ours", max_connections="20", default_queue_type="quorum")
        drifts: list[tuple[tuple[str, ...], dict[str, Any]]] = [
            (("vhosts", name), {"description": "theirs", "default_queue_type": "quorum"}),
            (("vhosts", name), {"description": "ours", "default_queue_type": "classic"}),
            (("vhost-limits", name, "max-connections"), {"value": 5}),
        ]
        for path, body in drifts:
            api.put(*path, body=body)
            with pytest.raises(RunFailed):
                stack.expect_no_changes()
        up(stack, "--refresh")
        api.delete("vhost-limits", name, "max-connections")
        with pytest.raises(RunFailed):
            stack.expect_no_changes()
        up(stack, "--refresh")
        found = api.get("vhosts", name)
        assert (found["description"], found["default_queue_type"]) == ("ours", "quorum")
        assert limits(api, name) == {"max-connections": 20}


def test_what_is_not_managed_is_left_alone(vhost_stack: Stack) -> None:
    stack, name = vhost_stack, vhost_stack.vhost
    with Api(stack.broker) as api:
        applied(stack, description="first")
        body = {"description": "first", "default_queue_type": "quorum", "tags": "a,b"}
        api.put("vhosts", name, body=body)
        for limit in LIMITS:
            api.put("vhost-limits", name, limit, body={"value": 7})
        stack.expect_no_changes()
        applied(stack, description="second", max_queues="8")
        found = api.get("vhosts", name)
        assert (found["description"], found["tags"]) == ("second", ["a", "b"])
        assert found["default_queue_type"] == "quorum"
        assert limits(api, name) == {"max-connections": 7, "max-queues": 8}


def test_a_limit_that_is_no_number_changes_nothing(vhost_stack: Stack) -> None:
    stack, name = vhost_stack, vhost_stack.vhost
    with Api(stack.broker) as api:
        applied(stack, max_connections="10")
        stack.configure({"name": name, "max_connections": "many"})
        said = stack.run("up", "--yes")
        assert said.code != 0
        assert 'must be a whole number such as "100"' in said.text
        assert limits(api, name) == {"max-connections": 10}


def test_a_vhost_that_vanished_is_made_again(vhost_stack: Stack) -> None:
    stack, name = vhost_stack, vhost_stack.vhost
    with Api(stack.broker) as api:
        applied(stack, description="here")
        api.delete("vhosts", name)
        up(stack, "--refresh")
        assert api.get("vhosts", name)["description"] == "here"


def test_an_import_takes_over_all_there_is(vhost_stack: Stack) -> None:
    stack, name = vhost_stack, vhost_stack.vhost
    with Api(stack.broker) as api:
        body = {"description": "old", "default_queue_type": "quorum", "tags": "a"}
        api.put("vhosts", name, body=body)
        api.put("vhost-limits", name, "max-queues", body={"value": 9})
        stack.configure({})
        kind = "rabbitmq:index/vHost:VHost"
        # The built language host writes no code; the import itself is what counts.
        flags = ("--yes", "--protect=false", "--skip-preview", "--generate-code=false")
        said = stack.run("import", kind, "vhost", name, *flags)
        assert said.code == 0, said.text
        (imported,) = [one for one in stack.state() if one["type"] == kind]
        assert imported["outputs"]["description"] == "old"
        assert imported["outputs"]["maxQueues"] == "9"
        wanted = {"description": "old", "default_queue_type": "quorum", "max_queues": "9"}
        applied(stack, **wanted)
        assert api.get("vhosts", name)["tags"] == ["a"]


def test_an_exchange_whose_settings_change_is_replaced(vhost_stack: Stack) -> None:
    stack, name = vhost_stack, vhost_stack.vhost
    with Api(stack.broker) as api:
        applied(stack, exchange={"type": "direct", "durable": True})
        applied(stack, exchange={"type": "topic", "durable": True})
        assert api.exchanges(name)["e"]["type"] == "topic"


def test_a_queue_that_a_local_shovel_consumes_from_is_read(vhost_stack: Stack) -> None:
    stack, name = vhost_stack, vhost_stack.vhost
    queue = {"durable": True, "arguments_json": '{"x-queue-type": "classic"}'}
    own = f"amqp:///{name}"
    shovel: dict[str, Any] = {"source_uri": own, "source_queue": "q", "destination_uri": own}
    shovel |= {"destination_queue": "q2", "reconnect_delay": 5}
    with Api(stack.broker) as api:
        applied(stack, queue=queue, shovel=shovel)
        # Listed with its consumers once these are in RabbitMQ's statistics.
        eventually(lambda: len(api.get("queues", name, "q")["consumer_details"]), 1)
        (consumer,) = api.get("queues", name, "q")["consumer_details"]
        assert consumer["channel_details"]["peer_port"] == "undefined"
        stack.expect_no_changes()


def test_every_shovel_that_rabbitmq_can_have_is_read(vhost_stack: Stack) -> None:
    stack, name = vhost_stack, vhost_stack.vhost
    uri = "amqp://localhost:1"
    shovel = {"source_uri": uri, "source_queue": "q", "destination_uri": uri}
    shovel |= {"destination_queue": "q2", "source_delete_after": "7"}
    with Api(stack.broker) as api:
        applied(stack, shovel={**shovel, "destination_queue_arguments": {"x-queue-type": "quorum"}})
        written = api.get("parameters", "shovel", name, "s")["value"]
        assert (written["dest-queue-args"], written["src-delete-after"]) == (
            {"x-queue-type": "quorum"},
            7,
        )
        changed = {**written, "dest-publish-properties": {"app_id": "theirs"}}
        api.put("parameters", "shovel", name, "s", body={"value": changed})
        with pytest.raises(RunFailed):
            stack.expect_no_changes()
        up(stack, "--refresh")
        assert api.get("parameters", "shovel", name, "s")["value"] == written
        # One that deleted itself is not missed.
        api.delete("parameters", "shovel", name, "s")
        stack.configure({"name": name})
        up(stack)
