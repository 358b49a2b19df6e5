"""Shells complete verbs, options, stacks and files; a start without a shell's question loads none
of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import PROJECT, topology
from topology.cli.app import VERBS

PRESS = """\
eval "$({python} -m topology completion bash)"
COMP_WORDS=({words} "{last}") COMP_CWORD={count}
_topology_completion
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("Pulumi.dev.yaml", "Pulumi.prod.yaml", "base.yaml", "notes.txt"):
        (tmp_path / name).write_text("")
    return tmp_path


def pressed(folder: Path, *words: str) -> set[str]:
    """What a real bash offers after these words and a press of the tabulator."""
    bash = shutil.which("bash")
    assert bash
    script = PRESS.format(
        python=sys.executable, words=" ".join(words[:-1]), last=words[-1], count=len(words) - 1
    )
    done = subprocess.run(
        [bash, "--norc", "-c", script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
    )
    assert done.stderr == ""
    return set(done.stdout.split())


def test_verbs_are_completed(folder: Path) -> None:
    assert pressed(folder, "topology", "") == set(VERBS)
    assert pressed(folder, "topology", "dr") == {"drift"}


def test_options_are_completed(folder: Path) -> None:
    assert pressed(folder, "topology", "gate", "--re") == {"--reviewed"}
    assert {"--json", "--live", "--output"} <= pressed(folder, "topology", "graph", "--")


def test_stacks_and_files_are_completed(folder: Path) -> None:
    assert pressed(folder, "topology", "drift", "--stack", "") == {"dev", "prod"}
    files = {"Pulumi.dev.yaml", "Pulumi.prod.yaml", "base.yaml"}
    assert pressed(folder, "topology", "check", "") == {"dev", "prod", *files}
    assert pressed(folder, "topology", "check", "b") == {"base.yaml"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(shell: str) -> None:
    done = topology("completion", shell)
    assert (done.code, done.err) == (0, "")
    assert f"complete_{shell}" in done.out
    if shutil.which(shell) is None:
        return
    checked = subprocess.run([shell, "-n"], input=done.out, text=True, timeout=240, check=False)
    assert checked.returncode == 0


@pytest.mark.parametrize(
    ("settings", "offered"),
    [
        (
            {"_TOPOLOGY_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "topology ver"},
            """"verify":"Connect as each service""",
        ),
        (
            {
                "_TOPOLOGY_COMPLETE": "complete_fish",
                "_TYPER_COMPLETE_ARGS": "topology ver",
                "_TYPER_COMPLETE_FISH_ACTION": "get-args",
            },
            "verify\tConnect as each service",
        ),
    ],
    ids=["zsh", "fish"],
)
def test_other_shells_are_answered_in_their_own_way(settings: dict[str, str], offered: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "topology"],
        cwd=PROJECT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert offered in done.stdout


def test_the_shell_is_named_or_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/usr/bin/fish")
    assert "complete --command topology" in topology("completion").out
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    done = topology("completion")
    assert (done.code, done.err) == (2, "error: name a shell: bash, zsh, fish\n")
