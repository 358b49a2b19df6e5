"""The shell settings: whose backend, whose passphrase, which programs first."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from toolchain import environment
from toolchain.engine import Engine

ENGINE = Engine(programs="/opt/engine's/bin", version="3.259.0", origin="test", home="/opt/home")


def in_a_shell(*names: str) -> list[str]:
    """What a shell has in the variables after `eval`."""
    wanted = " ".join(f'"${name}"' for name in names)
    script = f"{environment.shell(ENGINE)}\nprintf '%s\\n' {wanted}"
    answer = subprocess.run(["/bin/sh", "-euc", script], capture_output=True, text=True, check=True)
    return answer.stdout.splitlines()


def test_without_a_login_the_state_is_in_the_project(home: Path) -> None:
    backend, passphrase = in_a_shell("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE")
    assert backend == f"file://{home.parent}/project/.topology/state?metadata=skip"
    assert (home.parent / "project" / ".topology" / "state").is_dir()
    assert passphrase == "dev"


def test_the_own_backend_has_the_dev_passphrase(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "of another project")
    assert home.is_dir()
    assert in_a_shell("PULUMI_CONFIG_PASSPHRASE") == ["dev"]


@pytest.mark.usefixtures("home")
def test_the_own_state_is_written_once_a_run_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert in_a_shell("PULUMI_SKIP_CHECKPOINTS") == ["true"]
    monkeypatch.setenv("PULUMI_SKIP_CHECKPOINTS", "false")
    assert in_a_shell("PULUMI_SKIP_CHECKPOINTS") == ["false"]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(("name", "value"), environment.TUNING.items())
def test_what_makes_runs_faster_is_set_unless_the_shell_has_a_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.delenv(name, raising=False)
    assert in_a_shell(name) == [value]
    monkeypatch.setenv(name, "of the shell")
    assert in_a_shell(name) == ["of the shell"]


@pytest.mark.usefixtures("home")
def test_a_backend_by_variable_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://team")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "the team's")
    chosen = environment.settings(ENGINE)
    assert "PULUMI_BACKEND_URL" not in chosen
    assert "PULUMI_SKIP_CHECKPOINTS" not in chosen, "how that one is written is the team's choice"
    assert "PULUMI_CONFIG_PASSPHRASE" not in chosen


@pytest.mark.parametrize("variable", [None, "PULUMI_HOME", "PULUMI_CREDENTIALS_PATH"])
def test_a_login_is_respected(
    home: Path, monkeypatch: pytest.MonkeyPatch, variable: str | None
) -> None:
    folder = home / (variable or ".pulumi")
    folder.mkdir()
    (folder / "credentials.json").write_text('{"current": "https://api.pulumi.com"}')
    if variable:
        monkeypatch.setenv(variable, str(folder))
    assert "PULUMI_BACKEND_URL" not in environment.settings(ENGINE)


@pytest.mark.parametrize("content", ["", "[]", '{"current": ""}', "{"])
def test_no_login_in_the_credentials_is_none(home: Path, content: str) -> None:
    (home / ".pulumi").mkdir()
    (home / ".pulumi" / "credentials.json").write_text(content)
    assert "PULUMI_BACKEND_URL" in environment.settings(ENGINE)


@pytest.mark.usefixtures("home")
def test_the_settings_say_the_same_in_their_own_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    before = environment.settings(ENGINE)
    for name, value in before.items():
        monkeypatch.setenv(name, value)
    assert environment.settings(ENGINE) == before


@pytest.mark.usefixtures("home")
def test_the_found_programs_come_first_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    (path,) = in_a_shell("PATH")
    first = environment.path(ENGINE)
    assert path.split(os.pathsep)[:2] == first
    monkeypatch.setenv("PATH", path)
    assert in_a_shell("PATH") == [path]
