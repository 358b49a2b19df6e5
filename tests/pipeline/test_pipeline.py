"""From upload to answer: five processes that know nothing but a URL, and no message lost."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import pairwise
from typing import Any, Final

import pika
import pytest

from tests.features.eventually import eventually
from tests.live.conftest import engine
from tests.pipeline.landed import EXAMPLE, SERVICES, STACK_FILE, Pipeline, landed
from toolchain.engine import Engine
from toolchain.node import Broker
from topology.cli.findings import check_file
from topology.graph import build_graph, to_mermaid

__all__ = ["engine"]

FEW: Final = 300
MANY: Final = 10_000

STEPS: Final = ("chunk", "embed", "infer", "postprocess")
KEYS: Final = ("uploaded", "chunked", "embedded", "answered", "finished")

PipelineOn = Callable[[Broker], Pipeline]
Limits = dict[str, tuple[str | None, int | None]]


@pytest.fixture(scope="module")
def pipeline_on(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PipelineOn]:
    """Applies the stack to a broker, once."""
    found: dict[str, Pipeline] = {}
    with ExitStack() as ending:

        def apply(broker: Broker) -> Pipeline:
            if broker.management not in found:
                folder = tmp_path_factory.mktemp("pipeline") / "project"
                found[broker.management] = ending.enter_context(landed(folder, engine, broker))
            return found[broker.management]

        yield apply


def test_a_second_preview_is_empty(pipeline_on: PipelineOn, end_broker: Broker) -> None:
    pipeline = pipeline_on(end_broker)
    pipeline.stack.expect_no_changes()
    assert set(pipeline.outputs["services"]) == set(SERVICES)
    queues = pipeline.api.queues(pipeline.stack.vhost)
    assert queues["infer"]["arguments"]["x-max-priority"] == 2
    limits: Limits = dict.fromkeys(queues, (None, 2_000_000_000))
    limits["history"] = ("30D", None)
    eventually(partial(limited, pipeline), limits)


def test_a_process_is_refused_what_is_not_its_own(pipeline_on: PipelineOn, broker: Broker) -> None:
    pipeline = pipeline_on(broker)
    for service in SERVICES:
        contract = pipeline.outputs["services"][service]
        own = contract["consumes"]
        queues = [f"queue={name}" for name in (*STEPS, "finished", "failed") if name not in own]
        published = KEYS[("ingest", *STEPS).index(service)] if service != "portal" else None
        keys = [f"key=document.{key}" for key in KEYS if key != published]
        tried = (*queues, *keys, "exchange=unrouted", "exchange=chunk.return")
        assert pipeline.trespass(service, *tried) == dict.fromkeys(tried, False)
        allowed = [f"queue={name}" for name in own if name != "history"]
        assert pipeline.trespass(service, *allowed) == dict.fromkeys(allowed, True)


def test_of_some_hundred_documents_none_is_lost(pipeline_on: PipelineOn, broker: Broker) -> None:
    none_is_lost(pipeline_on(broker), FEW, seconds=600)


@pytest.mark.soak
def test_of_ten_thousand_documents_none_is_lost(
    pipeline_on: PipelineOn, broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = none_is_lost(pipeline_on(broker), MANY, seconds=1800)
    with capsys.disabled():
        print(f"\npipeline on RabbitMQ {broker.version}: {figures}")  # noqa: T201 - the figures


def none_is_lost(pipeline: Pipeline, count: int, seconds: float) -> dict[str, Any]:
    """Runs the processes. What they make hard for each step is known from `ingest.py`."""
    before = events(pipeline)
    figures = pipeline.run(count, seconds)
    hopeless = {number for number in range(count) if number % 250 == 3}
    finished = count - len(hopeless)
    embed_again = sum(number % 20 == 1 for number in range(count))
    infer_again = 2 * sum(number % 50 == 2 for number in range(count))
    assert {name: value for name, value in figures.items() if name != "seconds"} == {
        "documents": count,
        "finished": finished,
        "failed": len(hopeless),
        "twice": 0,
        "attempts": {
            "chunk": finished,
            "embed": finished + embed_again,
            "infer": finished + infer_again,
            "postprocess": finished,
        },
    }
    # The stream has kept every event, and nothing waits anywhere.
    passed = {f"document.{key}": count if key == "uploaded" else finished for key in KEYS}
    eventually(lambda: events(pipeline) - before, Counter(passed))
    waiting = [name for name in pipeline.api.queues(pipeline.stack.vhost) if name != "history"]
    for name in waiting:
        eventually(partial(messages, pipeline, name), 0)
    return figures


def limited(pipeline: Pipeline) -> Limits:
    """How old and how big queues may become, by policy, as far as RabbitMQ tells yet."""
    policies = {
        name: queue.get("effective_policy_definition") or {}
        for name, queue in pipeline.api.queues(pipeline.stack.vhost).items()
    }
    return {
        name: (policy.get("max-age"), policy.get("max-length-bytes"))
        for name, policy in policies.items()
    }


def messages(pipeline: Pipeline, queue: str) -> int:
    """How many are in a queue, ready or not; -1 until RabbitMQ's statistics say."""
    found: dict[str, Any] = pipeline.api.get("queues", pipeline.stack.vhost, queue)
    return int(found.get("messages", -1))


def events(pipeline: Pipeline) -> Counter[str]:
    """What the stream holds, by routing key, read with the portal's own URL. On a busy
    machine the stream may pause, and not all have come."""
    parameters = pika.URLParameters(pipeline.outputs["services"]["portal"]["url"])
    found: Counter[str] = Counter()
    with pika.BlockingConnection(parameters) as connection, connection.channel() as channel:
        channel.basic_qos(prefetch_count=500)
        stream = channel.consume(
            "history", inactivity_timeout=2, arguments={"x-stream-offset": "first"}
        )
        for method, _, _ in stream:
            if method is None:
                break
            found[method.routing_key] += 1
            channel.basic_ack(method.delivery_tag)
    return found


def test_the_map_in_its_readme_is_as_the_stack_is() -> None:
    finding = check_file(STACK_FILE, str(STACK_FILE), None)
    assert finding.checked is not None
    assert finding.problems == ()
    drawn = to_mermaid(build_graph(finding.checked.expanded))
    text = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{drawn}```" in text, "python -m topology graph Pulumi.pipeline.yaml"


@pytest.mark.parametrize("outputs", ["", "[]", '{"services": "[secret]"}', '{"services": {}}'])
def test_what_are_no_outputs_of_the_pipeline_is_told(outputs: str) -> None:
    command = [sys.executable, str(EXAMPLE / "run.py")]
    done = subprocess.run(command, input=outputs, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: pipe in the outputs of the stack")


def test_the_steps_are_a_chain() -> None:
    """Each step consumes what the one before it publishes: the processes, and their rights."""
    finding = check_file(STACK_FILE, str(STACK_FILE), None)
    assert finding.checked is not None
    inherited = finding.checked.expanded.inherited
    routes = {b.routing_key: b.destination for b in inherited.bindings if b.destination in STEPS}
    for publisher, consumer in pairwise(("ingest", *STEPS)):
        (keys,) = inherited.services[publisher].publishes.values()
        assert [routes[key] for key in keys] == inherited.services[consumer].consumes == [consumer]
