"""A stack that does not exist is wrong usage in every command, as it is in `check`."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from topology.cli import app
from topology.cli.exit_code import ExitCode

COMMANDS = (
    ("check", "nostack"),
    ("drift", "--stack", "nostack"),
    ("verify", "--stack", "nostack"),
    ("migrate", "--stack", "nostack", "--yes"),
)


@pytest.fixture
def no_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Pulumi CLI that has no stack."""

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        error = "error: no stack named 'nostack' found"
        return subprocess.CompletedProcess(command, 255, "", error)

    monkeypatch.setattr(subprocess, "run", run)


@pytest.mark.usefixtures("no_stack")
@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda one: one[0])
def test_one_exit_code(
    arguments: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["topology", *arguments])
    with pytest.raises(SystemExit) as ended:
        app.main()
    assert ended.value.code == ExitCode.USAGE
    said = capsys.readouterr().err
    assert said.startswith("error: ") and "nostack" in said
    assert len(said.splitlines()) == 1
