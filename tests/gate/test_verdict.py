"""What may be carried out."""

from __future__ import annotations

import pytest

from tests.gate.previews import error, planned, policy, step, urn
from topology.gate import Action, Answers, judge
from topology.gate.plan import Target
from topology.guard.occupancy import Occupancy
from topology.guard.refusal import refused
from topology.kind import Kind
from topology.render.gate_json import as_dict
from topology.render.gate_markdown import MOST_CHARACTERS, as_markdown
from topology.render.gate_text import as_lines

QUEUE = Target(Kind.QUEUE, "v", "q")
FULL = {QUEUE: Occupancy(ready=10, unacknowledged=2, consumers=1)}
REFUSAL = str(refused("queue", "q", "holds 12 messages", "drain it"))
DOWN = Answers(unasked="nothing answers at http://b:15672")


def test_an_empty_plan_passes() -> None:
    verdict = judge(planned(), Answers())
    assert (verdict.refused, verdict.summary) == (False, "Nothing changes.")


@pytest.mark.parametrize("op", ["create", "update", "delete", "replace"])
def test_what_no_guard_refuses_passes(op: str) -> None:
    verdict = judge(planned(step(op, "queue", "q")), Answers())
    assert (verdict.refused, verdict.summary) == (False, "Loses no message.")


@pytest.mark.parametrize("op", ["delete", "replace"])
def test_what_a_guard_refuses_does_not(op: str) -> None:
    answers = Answers(occupancies=FULL, refusals={QUEUE: REFUSAL})
    verdict = judge(planned(step(op, "queue", "q")), answers)
    assert verdict.refused
    assert verdict.summary == (
        "Refused: one step would lose messages, a live policy or a client's connection."
    )
    assert "messages: 12 (2 unacknowledged), consumers: 1" in as_lines(verdict)
    assert not verdict.entries[0].loses


def test_consent_passes_and_tells_the_loss() -> None:
    verdict = judge(planned(step("delete", "queue", "q")), Answers(occupancies=FULL))
    assert not verdict.refused
    assert verdict.summary == "Loses, by consent, what is in queue q."


def test_an_empty_queue_is_no_loss() -> None:
    verdict = judge(
        planned(step("delete", "queue", "q")), Answers(occupancies={QUEUE: Occupancy()})
    )
    assert verdict.summary == "Loses no message."


def test_what_is_retained_stays() -> None:
    answers = Answers(occupancies=FULL, kept=frozenset({QUEUE}))
    verdict = judge(planned(step("delete", "queue", "q")), answers)
    assert (verdict.refused, verdict.summary) == (False, "Loses no message.")
    assert verdict.entries[0].step.action is Action.RETAINED


def test_what_the_preview_refused_is_refused() -> None:
    # The engine tells the step of the binding, and not that of the queue behind it.
    failures = (
        error(f"Preview failed: {REFUSAL}", urn("binding", "v/e/queue/q/~")),
        error(f"Preview failed: {REFUSAL}", urn("queue", "v/q")),
    )
    verdict = judge(planned(diagnostics=failures), Answers(occupancies=FULL))
    assert verdict.refused
    assert verdict.reasons == [REFUSAL]
    assert "refused   queue q: messages: 12" in as_lines(verdict)


def test_a_preview_that_failed_is_refused() -> None:
    verdict = judge(planned(diagnostics=(error("no such stack"),)), Answers())
    assert verdict.refused
    assert verdict.summary == "Refused: the preview failed, so the plan is not whole."
    assert "no such stack" in as_lines(verdict)


@pytest.mark.parametrize("op", ["delete", "replace"])
@pytest.mark.parametrize("kind", ["queue", "exchange", "vhost", "policy"])
def test_nothing_is_deleted_unasked(op: str, kind: str) -> None:
    verdict = judge(planned(step(op, kind, "q")), DOWN)
    assert verdict.refused
    assert verdict.summary == (
        "The broker was not asked: nothing answers at http://b:15672. "
        "Refused: the plan deletes or replaces, and what that would lose is unknown."
    )


def test_what_only_creates_passes_unasked_and_says_so() -> None:
    verdict = judge(planned(step("create", "queue", "q")), DOWN)
    assert not verdict.refused
    assert verdict.summary == "The broker was not asked: nothing answers at http://b:15672."


def test_the_most_dangerous_comes_first() -> None:
    verdict = judge(
        planned(
            step("create", "queue", "a"),
            step("update", "policy", "b", policy(), policy(message_ttl=1)),
            step("delete", "queue", "c"),
            step("replace", "exchange", "d"),
        ),
        Answers(),
    )
    assert [entry.step.target.name for entry in verdict.entries] == ["c", "d", "b", "a"]


def test_machines_get_everything() -> None:
    answers = Answers(occupancies=FULL, refusals={QUEUE: REFUSAL})
    found = as_dict(judge(planned(step("delete", "queue", "q")), answers))
    assert (found["refused"], found["asked"]) == (True, True)
    (entry,) = found["steps"]
    assert entry["refusal"] == REFUSAL
    assert (entry["messages"], entry["consumers"]) == (12, 1)


def test_a_comment_shows_danger_and_folds_the_rest() -> None:
    answers = Answers(occupancies=FULL, refusals={QUEUE: REFUSAL})
    plan = planned(step("delete", "queue", "q"), step("create", "queue", "a|b"))
    text = as_markdown(judge(plan, answers), "prod")
    head, folded = text.split("<details>")
    assert "### RabbitMQ plan: stack `prod`" in head
    assert f"```text\n{REFUSAL}\n```" in head
    assert "| deleted ❌ | queue `q` | messages: 12 (2 unacknowledged), consumers: 1 |  |" in head
    assert "queue `a\\|b`" in folded


def test_a_comment_is_never_longer_than_what_is_taken() -> None:
    names = [f"{'long' * 60}{number}" for number in range(500)]
    targets = [Target(Kind.QUEUE, "v", name) for name in names]
    steps = [step(op, "queue", name) for op in ("delete", "create") for name in names]
    for entry in steps[500:]:
        entry["urn"] += "-new"
        entry["newState"]["inputs"]["name"] += "-new"
    answers = Answers(refusals={target: REFUSAL * 5 + target.name for target in targets})
    text = as_markdown(judge(planned(*steps), answers), "prod")
    assert len(text) < MOST_CHARACTERS + 200
    assert "more refusals" in text
