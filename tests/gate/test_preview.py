"""Reading what the Pulumi CLI prints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.gate.previews import document, error, events, planned, policy, step, urn
from topology.gate.plan import Action, Target
from topology.gate.preview import read_plan
from topology.hooks.refusals import CODE
from topology.kind import Kind
from topology.problems import ConfigError

FORMS = [pytest.param(document, id="document"), pytest.param(events, id="events")]
REFUSAL = "[deletion-refused] queue q is not deleted: it holds 1 message"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("op", "action"),
    [
        ("create", Action.CREATED),
        ("import", Action.IMPORTED),
        ("update", Action.CHANGED),
        ("delete", Action.DELETED),
        ("replace", Action.REPLACED),
        ("delete-replaced", Action.REPLACED),
    ],
)
def test_operations(form: Callable[..., str], op: str, action: Action) -> None:
    (found,) = read_plan(form(step(op, "queue", "q"))).steps
    assert (found.action, found.target) == (action, Target(Kind.QUEUE, "v", "q"))


@pytest.mark.parametrize("form", FORMS)
def test_what_changes_nothing_on_the_broker_is_no_step(form: Callable[..., str]) -> None:
    text = form(
        step("same", "queue", "q"),
        step("read", "queue", "r"),
        step("create", "stack", "s"),
        step("create", "password", "p"),
    )
    assert read_plan(text).steps == ()


def test_a_replacement_told_in_three_steps_is_one() -> None:
    ops = ("delete-replaced", "replace", "create-replacement")
    (found,) = read_plan(events(*(step(op, "queue", "q") for op in ops))).steps
    assert found.action is Action.REPLACED


def test_what_an_interrupted_replacement_has_left_counts_as_a_replacement() -> None:
    (found,) = planned(step("delete", "queue", "q"), step("create", "queue", "q")).steps
    assert found.action is Action.REPLACED


def test_a_vhost_that_is_given_up_stays() -> None:
    given_up = step("read", "vhost", "v")
    given_up["newState"]["external"] = True
    (found,) = planned(given_up).steps
    assert (found.action, found.target.name) == (Action.RETAINED, "v")


def test_a_vhost_that_was_only_read_is_never_deleted() -> None:
    read, taken, left = (step(op, "vhost", "v") for op in ("read", "create-replacement", "delete"))
    for one in (read, taken, left):
        one["oldState"]["external"] = True
    read["newState"]["external"] = True
    assert planned(read).steps == planned(left).steps == ()
    (found,) = planned(taken, {**left, "op": "discard-replaced"}).steps
    assert found.action is Action.CREATED


def test_an_operation_of_a_later_engine_is_a_failure() -> None:
    (failure,) = planned(step("explode", "queue", "q")).failures
    assert "explode" in failure.text


@pytest.mark.parametrize("form", FORMS)
def test_a_refusal_is_told_as_the_guard_has_said_it(form: Callable[..., str]) -> None:
    said = f'Preview failed: before hook "rabbitmq-topology:veto-queue" failed: {REFUSAL}'
    endings = (
        error(f"{CODE} 1 refusal is shown"),
        error("BAIL: run bailed"),
        error("preview failed"),
    )
    failures = (error(said, urn("queue", "v/q")), *endings)
    (failure,) = read_plan(form(diagnostics=failures)).failures
    assert (failure.text, failure.target) == (REFUSAL, Target(Kind.QUEUE, "v", "q"))
    assert failure.by_guard


def test_other_errors_are_told_and_warnings_are_not() -> None:
    warning = {"message": "warning: x", "severity": "warning"}
    plan = planned(diagnostics=(warning, error("1 problem in the configuration:\n  - a: b")))
    (failure,) = plan.failures
    assert failure.text == "1 problem in the configuration:\n  - a: b"
    assert not failure.by_guard


def test_a_failure_without_a_reason_is_one_all_the_same() -> None:
    assert read_plan(document(diagnostics=(error("preview failed"),))).failures
    assert read_plan(events(result="failed")).failures


def test_a_stream_that_was_cut_off_is_no_whole_plan() -> None:
    (failure,) = read_plan(events(step("create", "queue", "q"), result=None)).failures
    assert "cut off" in failure.text


@pytest.mark.parametrize("text", ["", "error: no stack named 'x' found", "{}", '{"steps"', "[1]"])
def test_what_is_no_preview_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="pulumi preview --json"):
        read_plan(text)


def test_a_document_that_was_cut_off_is_refused() -> None:
    with pytest.raises(ConfigError):
        read_plan(document(step("create", "queue", "q"))[:-5])


def test_lines_around_the_json_do_not_matter() -> None:
    text = f"Previewing {{update}}\n{document(step('delete', 'queue', 'q'))}\nDone\n"
    assert len(read_plan(text).steps) == 1


def test_changes_are_told_by_name_and_value() -> None:
    before = {"settings": {"argumentsJson": '{"x-max-priority": 5}', "durable": True}}
    after = {"settings": {"argumentsJson": '{"x-max-priority": 6}', "durable": False}}
    (found,) = planned(step("replace", "queue", "q", before, after)).steps
    assert found.changes == ("x-max-priority: 5 -> 6", "durable: true -> false")


def test_keys_that_come_and_go_are_told() -> None:
    before, after = policy(message_ttl=5), policy(max_length=6)
    (found,) = planned(step("update", "policy", "p", before, after)).steps
    assert found.changes == ("message-ttl: 5 -> none", "max-length: none -> 6")


def test_values_beside_secrets_are_never_told() -> None:
    before = {"info": {"sourceUri": "amqp://plain", "ackMode": "on-confirm"}}
    after = {"info": {"sourceUri": "amqp://other", "ackMode": "no-ack"}}
    paths: dict[str, Any] = {"info.sourceUri": {}, "info.ackMode": {}}
    shovel = step("replace", "shovel", "s", before, after, detailedDiff=paths)
    (found,) = planned(shovel).steps
    assert found.changes == ("sourceUri", "ackMode")


def test_what_a_refresh_has_found_is_told_by_its_name() -> None:
    paths: dict[str, Any] = {'policy.definition["message-ttl"]': {}, "tags[1]": {}}
    (found,) = planned(step("update", "policy", "p", detailedDiff=paths)).steps
    assert found.changes == ("message-ttl", "tags")


def test_bindings_and_permissions_are_told_by_their_ends() -> None:
    ends = {"source": "e", "destination": "q", "destinationType": "queue", "routingKey": "k"}
    steps = planned(
        step("create", "binding", "e/queue/q/k", None, ends),
        step("create", "permission", "u", None, {"user": "u"}),
        step("delete", "vhost", "a%2Fb", {"name": "a/b"}),
    ).steps
    assert [found.target for found in steps] == [
        Target(Kind.BINDING, "v", "e -> q (routing_key k)"),
        Target(Kind.PERMISSION, "v", "u"),
        Target(Kind.VHOST, "a/b", "a/b"),
    ]
