"""Comments and issues: one for each stack, changed in place."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ci.github import GitHub, github
from toolchain.folders import PROJECT

SCRIPT = PROJECT / "pipeline" / "github.py"


@pytest.fixture
def there() -> Iterator[GitHub]:
    with github() as found:
        yield found


def run(there: GitHub, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        env=os.environ | there.settings | {"PULL_REQUEST": "7"} | settings,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_a_pull_request_has_one_comment_for_each_stack(there: GitHub, tmp_path: Path) -> None:
    for number in range(120):
        there.comments[number + 1] = {"id": number + 1, "about": 7, "body": "somebody's"}
    file = tmp_path / "comment.md"
    for stack, text in (("staging", "one"), ("prod", "two"), ("staging", "three")):
        file.write_text(text)
        done = run(there, "comment", stack, str(file))
        assert (done.returncode, done.stderr) == (0, "")
    ours = [found["body"] for found in there.comments.values() if found["body"] != "somebody's"]
    assert ours == [
        "<!-- rabbitmq-topology: staging -->\nthree",
        "<!-- rabbitmq-topology: prod -->\ntwo",
    ]


def test_what_is_too_long_loses_its_picture(there: GitHub, tmp_path: Path) -> None:
    file = tmp_path / "comment.md"
    picture = "x" * 70_000
    file.write_text(f"verdict\n\n<details><summary>The topology</summary>\n{picture}")
    assert run(there, "comment", "dev", str(file)).returncode == 0
    (found,) = there.comments.values()
    assert "verdict" in found["body"] and len(found["body"]) < 1000


def test_drift_has_one_open_issue_until_it_is_gone(there: GitHub, tmp_path: Path) -> None:
    file = tmp_path / "drift.md"
    there.issues[1] = {"number": 1, "state": "open", "body": None}
    for text in ("one", "two"):
        file.write_text(text)
        assert run(there, "issue", "dev", str(file)).returncode == 0
    assert there.issues[2]["body"].endswith("two") and len(there.issues) == 2
    file.unlink()
    assert run(there, "issue", "dev", str(file)).returncode == 0
    assert [issue["state"] for issue in there.issues.values()] == ["open", "closed"]
    file.write_text("three")
    assert run(there, "issue", "dev", str(file)).returncode == 0
    assert there.issues[3]["state"] == "open"


def test_failures_are_told_in_a_line_without_the_token(there: GitHub, tmp_path: Path) -> None:
    file = tmp_path / "comment.md"
    file.write_text("text")
    refused = run(there, "comment", "dev", str(file), GITHUB_TOKEN="ghs_wrong")
    assert (refused.returncode, refused.stderr) == (1, "error: GitHub answers 403 Forbidden\n")
    away = run(there, "comment", "dev", str(file), GITHUB_API_URL="http://127.0.0.1:1")
    assert away.returncode == 1
    assert away.stderr.startswith("error: GitHub cannot be reached: ")
    assert run(there, "comments").returncode == 2
