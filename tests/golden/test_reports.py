"""Reports of the gate, of drift, and of a check."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.cli.command import topology
from tests.drift.test_shown import REPORT
from tests.gate.previews import planned, step
from tests.gate.test_verdict import FULL, QUEUE, REFUSAL
from topology.gate import Answers, Verdict, judge
from topology.render import drift_markdown, drift_text, gate_markdown, gate_text

WRONG = """\
vhost: shop
exchanges:
  events: {type: topik}
queues:
  orders: {max_lenght: 5, type: quorum, expires: soon}
bindings:
  - {source: event, destination: orders}
"""


@pytest.fixture
def verdict() -> Verdict:
    answers = Answers(occupancies=FULL, refusals={QUEUE: REFUSAL})
    return judge(planned(step("delete", "queue", "q"), step("create", "queue", "new")), answers)


def test_gate_text(verdict: Verdict, snapshot: SnapshotAssertion) -> None:
    assert gate_text.as_lines(verdict) == snapshot


def test_gate_markdown(verdict: Verdict, snapshot: SnapshotAssertion) -> None:
    assert gate_markdown.as_markdown(verdict, "prod") == snapshot


def test_drift_text(snapshot: SnapshotAssertion) -> None:
    assert drift_text.as_lines(REPORT) == snapshot


def test_drift_markdown(snapshot: SnapshotAssertion) -> None:
    assert drift_markdown.as_markdown(REPORT, "prod") == snapshot


def test_check(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    (tmp_path / "topology.yaml").write_text(WRONG, encoding="utf-8")
    ended = topology("check", "topology.yaml", folder=tmp_path)
    assert ended.code == 1
    assert ended.out + ended.err == snapshot
