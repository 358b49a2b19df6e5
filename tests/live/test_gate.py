"""Real previews go through the gate, with real messages in the queues."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.api import Api
from tests.support.stack import Stack
from toolchain.engine import Engine
from toolchain.folders import PROJECT
from toolchain.node import Broker
from topology.broker.connection import Connection
from topology.check import check
from topology.gate import Verdict, ask, judge, read_plan

NOWHERE = "http://127.0.0.1:1"
UNREACHED = f"no connection to {NOWHERE}: connection refused"
Raw = dict[str, Any]


@dataclass(frozen=True)
class Gate:
    """A stack that was applied, whose previews are judged."""

    stack: Stack
    api: Api

    @property
    def vhost(self) -> str:
        return self.stack.vhost

    def topology(self, *, queues: Raw | None = None, **changes: Any) -> Raw:
        """What was applied, with changes. A queue that is None is left out."""
        declared: Raw = {
            "orders": {"arguments": {"x-max-priority": 5}, "message_ttl": 3_600_000},
            "idle": {},
            **(queues or {}),
        }
        return {
            "vhost": self.vhost,
            "exchanges": {"events": {"type": "topic"}, "quiet": {}},
            "queues": {name: queue for name, queue in declared.items() if queue is not None},
            "bindings": [{"source": "events", "destination": "orders", "routing_key": "o.#"}],
            **changes,
        }

    def preview(self, raw: Raw, *command: str) -> str:
        """What CI does first."""
        self.stack.configure(raw)
        return self.stack.run(*(command or ("preview",)), "--json").text

    def judge(self, text: str, raw: Raw, *, endpoint: str = "") -> Verdict:
        """What CI does then."""
        broker, plan = self.stack.broker, read_plan(text)
        connection = Connection(
            endpoint or broker.management, broker.amqp, broker.username, broker.password
        )
        return judge(plan, ask(plan, check(raw).usable().topology, connection))

    def verdict(self, **changes: Any) -> Verdict:
        raw = self.topology(**changes)
        return self.judge(self.preview(raw), raw)


@contextmanager
def _applied(broker: Broker, engine: Engine, folder: Path) -> Iterator[Gate]:
    stack = Stack(folder / "project", engine, broker, PROJECT)
    with Api(broker) as api:
        gate = Gate(stack, api)
        stack.configure(gate.topology())
        stack.up()
        yield gate
    stack.clean()


@pytest.fixture(scope="module")
def applied(
    end_broker: Broker, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gate]:
    """On the newest RabbitMQ and the oldest."""
    with _applied(end_broker, engine, tmp_path_factory.mktemp("gate")) as gate:
        yield gate


@pytest.fixture(scope="module")
def newest(
    broker: Broker, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gate]:
    """On the newest alone, for what the broker has no part in."""
    with _applied(broker, engine, tmp_path_factory.mktemp("gate")) as gate:
        yield gate


@pytest.fixture
def gate(applied: Gate) -> Iterator[Gate]:
    """Without messages before and after."""
    yield applied
    applied.api.take(applied.vhost, "orders")


@pytest.fixture
def full(gate: Gate) -> Gate:
    """With a message in its queue."""
    assert gate.api.publish(gate.vhost, "events", "o.1")
    return gate


def steps(verdict: Verdict) -> dict[str, str]:
    """Object → what happens to it."""
    return {str(entry.step.target): entry.step.action.value for entry in verdict.entries}


def test_a_plan_that_loses_nothing_passes(gate: Gate) -> None:
    verdict = gate.verdict(
        queues={
            "new": {},
            "idle": {"type": "quorum"},
            "orders": {"arguments": {"x-max-priority": 5}},
        }
    )
    assert steps(verdict) == {
        "queue new": "created",
        "queue idle": "replaced",
        "policy queue.orders": "deleted",
    }
    assert (verdict.refused, verdict.summary) == (False, "Loses no message.")


def test_messages_stand_in_the_way_of_a_replacement(full: Gate) -> None:
    other = {"orders": {"arguments": {"x-max-priority": 6}, "message_ttl": 3_600_000}}
    refused = full.verdict(queues=other)
    assert refused.refused
    (reason,) = refused.reasons
    assert "queue orders is not deleted: it holds 1 message (1 ready" in reason
    for way in ("drain it", "allow_deletion: {queues: [orders]}", "migrate orders"):
        assert way in reason

    raw = full.topology(queues=other, allow_deletion={"queues": ["orders"]})
    text = full.preview(raw)
    consented = full.judge(text, raw)
    assert consented.summary == "Loses, by consent, what is in queue orders."
    (loss,) = (entry for entry in consented.entries if entry.loses)
    assert loss.occupancy and loss.occupancy.ready == 1
    assert loss.step.changes == ("x-max-priority: 5 -> 6",)

    # Without the consent, the same plan is refused: the broker is asked anew.
    assert full.judge(text, full.topology()).refused


def test_a_queue_is_retained_in_two_runs(full: Gate) -> None:
    verdict = full.verdict(queues={"orders": None}, bindings=[], retain={"queues": ["orders"]})
    assert verdict.refused
    assert [reason for reason in verdict.reasons if "Option, in two runs: " not in reason] == []


def test_a_policy_that_drops_messages_is_refused(full: Gate) -> None:
    shorter = {"orders": {"arguments": {"x-max-priority": 5}, "message_ttl": 60_000}}
    effect = "message-ttl goes from 3600000 to 60000: messages that are older are dropped at once"
    refused = full.verdict(queues=shorter)
    assert refused.refused
    (reason,) = refused.reasons
    assert f"queues.orders (policy queue.orders): {effect}, in queue orders (1 message" in reason

    raw = full.topology(queues=shorter, allow_message_loss={"queues": ["orders"]})
    consented = full.judge(full.preview(raw), raw)
    assert not consented.refused
    ((vhost, found),) = consented.effects
    assert (vhost, found.object.name, found.effect) == (full.vhost, "orders", effect)


def test_the_whole_stack_is_not_destroyed_over_messages(full: Gate) -> None:
    raw = full.topology()
    text = full.preview(raw, "destroy", "--run-program", "--preview-only")
    verdict = full.judge(text, raw)
    assert verdict.refused
    assert "queue orders is not deleted: it holds 1 message" in verdict.reasons[0]


def test_bindings_of_others_stand_in_an_exchanges_way(gate: Gate) -> None:
    raw = gate.topology(exchanges={"events": {"type": "topic"}, "quiet": {"type": "fanout"}})
    text = gate.preview(raw)
    assert not gate.judge(text, raw).refused
    path = ("bindings", gate.vhost, "e", "quiet", "q", "idle")
    gate.api.post(*path, body={"routing_key": "theirs"})
    verdict = gate.judge(text, raw)
    gate.api.delete(*path, "theirs")
    assert verdict.refused
    (reason,) = verdict.reasons
    assert "exchange quiet is not deleted: it still routes to what others bound: idle" in reason


def test_nothing_to_do_is_nothing_to_lose(newest: Gate) -> None:
    assert newest.verdict().summary == "Nothing changes."


def test_events_are_read_as_well_as_a_document(
    newest: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_ENABLE_STREAMING_JSON_PREVIEW", "true")
    verdict = newest.verdict(queues={"idle": {"type": "quorum"}, "new": {}})
    assert steps(verdict) == {"queue idle": "replaced", "queue new": "created"}


def test_nothing_is_deleted_on_a_broker_that_cannot_be_asked(newest: Gate) -> None:
    raw = newest.topology(queues={"idle": {"type": "quorum"}})
    deleting = newest.judge(newest.preview(raw), raw, endpoint=NOWHERE)
    assert deleting.refused
    assert f"The broker was not asked: {UNREACHED}." in deleting.summary

    raw = newest.topology(queues={"new": {}})
    creating = newest.judge(newest.preview(raw), raw, endpoint=NOWHERE)
    assert not creating.refused
    assert creating.summary == f"The broker was not asked: {UNREACHED}."


def test_the_command_reads_the_stacks_own_config(newest: Gate) -> None:
    assert newest.api.publish(newest.vhost, "events", "o.1")
    plan = newest.stack.folder / "plan.json"
    other = {"orders": {"arguments": {"x-max-priority": 6}, "message_ttl": 3_600_000}}
    consent = {"queues": ["orders"]}
    plan.write_text(newest.preview(newest.topology(queues=other, allow_deletion=consent)))
    command = ("gate", "plan.json", "--stack", newest.stack.name)
    said = newest.stack.command(*command, "--json", "--markdown", "comment.md")
    assert said.code == 0
    (loss,) = (step for step in json.loads(said.text)["steps"] if step["loses"])
    assert (loss["name"], loss["messages"]) == ("orders", 1)
    assert "replaced ⚠️ lost by consent" in (newest.stack.folder / "comment.md").read_text()

    newest.stack.configure(newest.topology(queues=other))
    said = newest.stack.command(*command)
    assert said.code == 3
    assert "replaced  queue orders: messages: 1, consumers: 0" in said.text
    assert "REFUSED" in said.text


def test_a_preview_that_failed_is_told_by_the_command(newest: Gate) -> None:
    raw = newest.topology(queues={"idle": {"typo": 1}})
    (newest.stack.folder / "plan.json").write_text(newest.preview(raw))
    said = newest.stack.command(
        *("gate", "plan.json", "--stack", newest.stack.name, "--markdown", "-")
    )
    assert said.code == 3
    assert said.text.startswith("### RabbitMQ plan")
    assert "queues.idle.typo" in said.text

    newest.stack.configure(newest.topology(), endpoint=NOWHERE)
    failed = newest.stack.run("preview", "--json")
    verdict = newest.judge(failed.text, newest.topology(), endpoint=NOWHERE)
    assert verdict.refused
    assert f"{UNREACHED}; start the broker" in "".join(verdict.reasons)


def test_what_is_no_plan_is_an_error(newest: Gate) -> None:
    (newest.stack.folder / "plan.json").write_text("error: no stack named 'x' found")
    said = newest.stack.command("gate", "plan.json", "--stack", newest.stack.name)
    assert said.code == 1
    assert said.text.startswith("error: the plan is not what `pulumi preview --json` prints; ")
