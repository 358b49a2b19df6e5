"""Whether a plan is the one that was reviewed."""

from __future__ import annotations

import pytest

from tests.gate.previews import error, planned, step
from topology.gate import unlike
from topology.gate.plan import Plan

REVIEWED = planned(step("create", "queue", "q"), step("update", "policy", "p", {}, {"priority": 1}))


def test_the_same_plan_is_the_same() -> None:
    assert list(unlike(REVIEWED, REVIEWED)) == []


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (
            planned(step("create", "queue", "q")),
            "policy p: changed in the reviewed plan, and not any more",
        ),
        (
            planned(step("create", "queue", "q"), step("delete", "policy", "p")),
            "policy p: deleted, and was reviewed as changed",
        ),
        (
            planned(
                step("create", "queue", "q"), step("update", "policy", "p", {}, {"priority": 2})
            ),
            "policy p: changed in another way than reviewed",
        ),
        (
            Plan((*REVIEWED.steps, *planned(step("delete", "queue", "other")).steps)),
            "queue other: deleted, which was not in the reviewed plan",
        ),
    ],
)
def test_each_difference_is_told(now: Plan, said: str) -> None:
    assert list(unlike(now, REVIEWED)) == [said]


def test_a_plan_that_failed_was_never_whole() -> None:
    failed = planned(diagnostics=(error("queues.q: no"),))
    assert list(unlike(planned(), failed)) == ["the reviewed plan is of a preview that failed"]
