"""The workflow files: read by those who know them best, and without logic of their own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.programs import program
from toolchain.folders import PROJECT

WORKFLOWS = sorted((PROJECT / ".github" / "workflows").glob("*.yml"))
GITLAB = PROJECT / "examples" / "gitlab" / ".gitlab-ci.yml"
ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.7"
PINNED = re.compile(r"actions/[a-z-]+@[0-9a-f]{40}")
OF_CI = re.compile(r"(python3 )?ci/[a-z-]+(\.py [a-z]+)?( \"[^\"]+\"| [a-z./-]+)*")
SUMMARY = 'cat review/comment.md >>"$GITHUB_STEP_SUMMARY"'


def said(*command: str) -> str:
    """What a linter has to say."""
    done = subprocess.run(
        command, cwd=PROJECT, capture_output=True, text=True, timeout=240, check=False
    )
    return done.stdout + done.stderr if done.returncode else ""


def steps(workflow: Path) -> Iterator[dict[str, Any]]:
    for job in yaml.safe_load(workflow.read_text())["jobs"].values():
        yield from job["steps"]


def test_there_are_workflows() -> None:
    assert [workflow.stem for workflow in WORKFLOWS] == ["drift", "preview", "up"]


@pytest.mark.full
def test_actionlint_has_nothing_to_say() -> None:
    go = program("go", package="golang")
    assert said(go, "run", ACTIONLINT, *map(str, WORKFLOWS)) == ""


def test_zizmor_has_nothing_to_say() -> None:
    zizmor = str(Path(sys.executable).parent / "zizmor")
    options = ("--offline", "--no-progress", "--persona=pedantic")
    assert said(zizmor, *options, *map(str, WORKFLOWS)) == ""


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_calls_scripts_and_pinned_actions_alone(workflow: Path) -> None:
    for step in steps(workflow):
        if "uses" in step:
            assert PINNED.fullmatch(step["uses"])
        elif step["run"] != SUMMARY:
            assert OF_CI.fullmatch(step["run"]), step["run"]
            assert (PROJECT / step["run"].removeprefix("python3 ").split()[0]).exists()


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_nothing_and_its_jobs_what_they_need(workflow: Path) -> None:
    content = yaml.safe_load(workflow.read_text())
    assert content["permissions"] == {}
    writing = {
        scope
        for job in content["jobs"].values()
        for scope, right in job["permissions"].items()
        if right == "write"
    }
    assert (
        writing == {"preview": {"pull-requests"}, "drift": {"issues"}, "up": set()}[workflow.stem]
    )


def test_secrets_are_only_where_they_are_used() -> None:
    for workflow in WORKFLOWS:
        for step in steps(workflow):
            if "secrets." in str(step.get("env", "")):
                assert step["run"].startswith("ci/")
        content = yaml.safe_load(workflow.read_text())
        assert "env" not in content
        assert not any("env" in job for job in content["jobs"].values())


def test_gitlab_calls_the_same_scripts() -> None:
    jobs = yaml.safe_load(GITLAB.read_text())
    lines = [line for job in jobs.values() if "script" in job for line in job["script"]]
    assert lines
    for line in lines:
        assert OF_CI.fullmatch(line), line
        assert (PROJECT / line.split()[0]).exists()
