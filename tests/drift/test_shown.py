"""How drift is told."""

from __future__ import annotations

import io

from rich.console import Console

from topology.drift import Finding, Kind, Report, State, Unknown
from topology.render.drift_markdown import as_markdown
from topology.render.drift_text import as_lines, print_table

REPORT = Report(
    vhost="v",
    findings=(
        Finding(Kind.QUEUE, "a|b [red]", State.MISSING),
        Finding(Kind.OPERATOR_POLICY, "cap", State.CHANGED, ("priority is 1, declared is 0", "x")),
    ),
    unknown=(Unknown(Kind.USER, "u", "its password is hashed"),),
    ignored=2,
)


def test_a_table_shows_names_as_they_are() -> None:
    console = Console(file=io.StringIO(), width=80)
    print_table(REPORT, console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "a|b [red]" in text
    assert "priority is 1, declared is 0" in text


def test_markdown_survives_awkward_names() -> None:
    text = as_markdown(REPORT, "prod")
    assert "| ❌ missing | queue | `a\\|b [red]` |  |" in text
    assert "priority is 1, declared is 0<br>x |" in text
    assert "- user `u`: its password is hashed" in text


def test_no_drift_is_one_sentence() -> None:
    assert as_lines(Report("v", ())) == "No drift: vhost v is as declared.\n"


def test_an_overridden_policy_is_counted_with_what_it_loses() -> None:
    lost = ("max-length does not apply to queue a", "max-length does not apply to queue b")
    finding = Finding(Kind.POLICY, "limits", State.OVERRIDDEN, lost)
    lines = as_lines(Report("v", (finding,))).splitlines()
    assert lines[0] == "Drift in vhost v: 1 policy overridden on 2 objects."
    assert len(lines) == 3
    twice = Report("v", (finding, Finding(Kind.POLICY, "more", State.OVERRIDDEN, lost[:1])))
    assert twice.summary == "Drift in vhost v: 2 policies overridden on 3 objects."
