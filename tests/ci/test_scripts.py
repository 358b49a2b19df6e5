"""The scripts that pull requests and nightly jobs call, with the real engine and a real broker."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.ci.github import GitHub, github
from tests.support.api import Api
from tests.support.stack import SECONDS, Said, Stack
from toolchain.engine import Engine
from toolchain.folders import PROJECT
from toolchain.node import Broker

SECRET = "open-sesame-4711"


@dataclass(frozen=True)
class Pipeline:
    """A stack, and the scripts beside it."""

    stack: Stack
    api: Api

    def topology(self, **queues: Any) -> dict[str, Any]:
        return {
            "vhost": self.stack.vhost,
            "exchanges": {"events": {"type": "topic"}},
            "queues": {"orders": {}, **queues},
            "bindings": [{"source": "events", "destination": "orders", "routing_key": "#"}],
            "services": {f"packer-{self.stack.token}": {"consumes": ["orders"]}},
        }

    def configure(self, **queues: Any) -> None:
        """With the broker's password in the config, encrypted."""
        self.stack.configure(self.topology(**queues), password=None)
        self.stack.set_secret("rabbitmq:password", self.stack.broker.password)
        user = f"rabbitmq-topology:topology.users.alice-{self.stack.token}.password"
        self.stack.set_secret(user, SECRET, path=True)

    def run(self, script: str, folder: str, **settings: str) -> Said:
        done = subprocess.run(
            [str(PROJECT / "pipeline" / script), self.stack.name, folder],
            cwd=self.stack.folder,
            env=os.environ | self.stack.settings | settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert SECRET not in done.stdout
        for file in (self.stack.folder / folder).iterdir():
            assert SECRET not in file.read_text()
        return Said(done.returncode, done.stdout)

    def text(self, folder: str, file: str) -> str:
        return (self.stack.folder / folder / file).read_text()

    def queues(self) -> set[str]:
        return set(self.api.queues(self.stack.vhost))


@pytest.fixture(scope="module")
def pipeline(
    broker: Broker, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pipeline]:
    """After its first change was reviewed, and applied as reviewed."""
    stack = Stack(tmp_path_factory.mktemp("ci") / "project", engine, broker, PROJECT)
    with Api(broker) as api:
        found = Pipeline(stack, api)
        found.configure(audit={})
        reviewed = found.run("preview", "first")
        assert reviewed.code == 0, reviewed.text
        # A password that is made anew stands in the way of Pulumi's own plan.
        assert not (stack.folder / "first" / "update-plan.json").exists()
        applied = found.run("up", "first")
        assert applied.code == 0, applied.text
        yield found
    stack.clean()


def test_what_was_reviewed_is_applied_and_nothing_else(pipeline: Pipeline) -> None:
    assert pipeline.queues() == {"orders", "audit"}
    pipeline.configure(audit={}, billing={})
    reviewed = pipeline.run("preview", "second")
    assert reviewed.code == 0, reviewed.text
    assert json.loads(pipeline.text("second", "plan.json"))["steps"]
    comment = pipeline.text("second", "comment.md")
    assert comment.startswith("### RabbitMQ plan")
    assert "`billing`" in comment
    assert "```mermaid\nflowchart" in comment
    assert pipeline.text("second", "graph.mmd") in comment

    pipeline.configure(audit={}, billing={}, sneaked={})
    refused = pipeline.run("up", "second")
    assert refused.code == 3
    assert "queue sneaked: created, which was not in the reviewed plan" in refused.text
    # Pulumi itself holds to the plan, too.
    plan = str(pipeline.stack.folder / "second" / "update-plan.json")
    kept = pipeline.stack.run("up", "--yes", "--skip-preview", "--plan", plan)
    assert kept.code != 0
    assert "not allowed by the plan" in kept.text, kept.text
    assert "sneaked" not in pipeline.queues()


def test_an_update_plan_is_kept_to(pipeline: Pipeline) -> None:
    pipeline.configure(audit={}, billing={}, invoices={})
    assert pipeline.run("preview", "third").code == 0
    assert (pipeline.stack.folder / "third" / "update-plan.json").exists()
    applied = pipeline.run("up", "third")
    assert applied.code == 0, applied.text
    assert pipeline.queues() == {"orders", "audit", "billing", "invoices"}


def test_messages_that_came_after_the_review_are_not_lost(pipeline: Pipeline) -> None:
    pipeline.configure(billing={}, invoices={})
    assert pipeline.run("preview", "fourth").code == 0
    assert pipeline.api.publish(pipeline.stack.vhost, "", "audit")
    refused = pipeline.run("up", "fourth")
    assert refused.code == 3
    assert "queue audit is not deleted: it holds 1 message" in refused.text
    assert pipeline.api.take(pipeline.stack.vhost, "audit") == 1


def test_a_mistake_is_told_where_it_is_reviewed(pipeline: Pipeline) -> None:
    pipeline.configure(billing={"max_lenght": 5})
    refused = pipeline.run("preview", "mistake")
    assert refused.code == 3
    assert "did you mean max_length" in pipeline.text("mistake", "comment.md")


def test_drift_names_the_one_thing_that_was_changed(pipeline: Pipeline) -> None:
    pipeline.configure(audit={}, billing={}, invoices={})
    pipeline.api.delete("queues", pipeline.stack.vhost, "billing")
    with github() as there:
        _told(pipeline, there, "open")
        (finding,) = json.loads(pipeline.text("night", "drift.json"))["findings"]
        found = (finding["state"], finding["kind"], finding["name"])
        assert found == ("missing", "queue", "billing")
        body = {"durable": True, "arguments": {"x-queue-type": "classic"}}
        pipeline.api.put("queues", pipeline.stack.vhost, "billing", body=body)
        _told(pipeline, there, "closed")


def _told(pipeline: Pipeline, there: GitHub, state: str) -> None:
    said = pipeline.run("drift-issue", "night", **there.settings)
    assert said.code == 0, said.text
    (issue,) = there.issues.values()
    assert issue["state"] == state
    assert "`billing`" in issue["body"]


def test_a_broker_that_is_down_is_no_drift_and_no_issue(pipeline: Pipeline) -> None:
    pipeline.stack.configure(pipeline.topology(), endpoint="http://127.0.0.1:1")
    with github() as there:
        assert pipeline.run("drift-issue", "down", **there.settings).code == 1
        assert not there.issues
