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
from topology import __version__

WORKFLOWS = sorted((PROJECT / ".github" / "workflows").glob("*.yml"))
OF_TEMPLATE = PROJECT / "templates" / "stack" / ".github" / "workflows" / "topology.yml"
ACTION = PROJECT / ".github" / "actions" / "plan" / "action.yml"
COMPONENT = PROJECT / "templates" / "topology" / "template.yml"
GITLAB = PROJECT / "examples" / "gitlab" / ".gitlab-ci.yml"
ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.7"
PINNED = re.compile(r"(actions|pypa)/[a-z-]+@[0-9a-f]{40}")
OF_CI = re.compile(r"(python3 )?pipeline/[a-z-]+(\.py [a-z]+)?( \"[^\"]+\"| [a-z./-]+)*")
OF_MAKE = re.compile(r"make [a-z-]+")
"""The project's own tests are run as a person runs them."""
SUMMARY = 'cat review/comment.md >>"$GITHUB_STEP_SUMMARY"'


def said(*command: str) -> str:
    """What a linter has to say."""
    done = subprocess.run(
        command, cwd=PROJECT, capture_output=True, text=True, timeout=600, check=False
    )
    return done.stdout + done.stderr if done.returncode else ""


def steps(workflow: Path) -> Iterator[dict[str, Any]]:
    for job in yaml.safe_load(workflow.read_text())["jobs"].values():
        yield from job["steps"]


def test_there_are_workflows() -> None:
    assert [workflow.stem for workflow in WORKFLOWS] == [
        "drift",
        "preview",
        "release",
        "tests",
        "up",
    ]


@pytest.mark.full
def test_actionlint_has_nothing_to_say() -> None:
    go = program("go", package="golang")
    assert said(go, "run", ACTIONLINT, *map(str, [*WORKFLOWS, OF_TEMPLATE])) == ""


def test_zizmor_has_nothing_to_say() -> None:
    zizmor = str(Path(sys.executable).parent / "zizmor")
    options = ("--offline", "--no-progress", "--persona=pedantic")
    assert said(zizmor, *options, *map(str, [*WORKFLOWS, OF_TEMPLATE, ACTION])) == ""


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_calls_scripts_and_pinned_actions_alone(workflow: Path) -> None:
    for step in steps(workflow):
        if "uses" in step:
            assert PINNED.fullmatch(step["uses"])
        elif workflow.stem == "tests" and OF_MAKE.fullmatch(step["run"]):
            assert f"\n{step['run'].split()[1]}:" in (PROJECT / "Makefile").read_text()
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
    wanted = {"preview": {"pull-requests"}, "drift": {"issues"}, "release": {"id-token"}}
    assert writing == wanted.get(workflow.stem, set())


def test_secrets_are_only_where_they_are_used() -> None:
    for workflow in WORKFLOWS:
        for step in steps(workflow):
            if "secrets." in str(step.get("env", "")):
                assert step["run"].startswith("pipeline/")
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


def commands(lines: list[str]) -> list[str]:
    """What a job calls of the package and of Pulumi, in order."""
    text = "\n".join(lines)
    return re.findall(r"^(?:- )? *((?:rabbitmq-topology|pulumi) [a-z]+)", text, re.MULTILINE)


PLANNED = ["rabbitmq-topology check", "pulumi preview", "rabbitmq-topology gate", "pulumi up"]


def test_parts_for_other_projects_check_plan_and_ask_before_they_apply() -> None:
    """They need the package, and nothing of this repository."""
    action = yaml.safe_load(ACTION.read_text())["runs"]["steps"]
    workflow = list(steps(OF_TEMPLATE))
    gitlab = yaml.safe_load((PROJECT / "templates" / "stack" / ".gitlab-ci.yml").read_text())
    inputs, jobs = yaml.safe_load_all(COMPONENT.read_text())
    assert set(inputs["spec"]["inputs"]) == {"stack", "stage", "image"}
    job = jobs[".$[[ inputs.stack ]] topology"]
    flat = [
        line
        for entry in gitlab["up"]["script"]
        for line in ([entry] if isinstance(entry, str) else entry)
    ]
    for lines in (
        [step["run"] for step in action],
        [step["run"] for step in workflow if "run" in step],
        flat,
        [line.replace("then pulumi", "then\npulumi") for line in job["script"]],
    ):
        assert commands(lines) == PLANNED
        assert "python -m topology" not in "\n".join(lines)


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("v9.9.9", f"the tag is v9.9.9, and the package has version {__version__}"),
        (__version__, f"tag v{__version__}"),
    ],
)
def test_a_release_has_the_tag_of_its_version(tag: str, said: str, tmp_path: Path) -> None:
    build = str(PROJECT / "pipeline" / "build")
    done = subprocess.run(
        [build, tag, str(tmp_path)], capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 1 and said in done.stderr
    assert list(tmp_path.iterdir()) == []
