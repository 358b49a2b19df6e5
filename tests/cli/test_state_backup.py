"""The state of a stack is kept before `adopt --import` writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import PROJECT
from topology.cli import state_backup
from topology.cli.exit_code import UsageError


def test_the_engine_of_this_project_is_tried() -> None:
    built = (PROJECT / "toolchain" / "cli" / "go.mod").read_text(encoding="utf-8")
    assert f"github.com/pulumi/pulumi/pkg/v3 v{state_backup.TRIED_ENGINES[-1]}." in built


@pytest.mark.parametrize("version", ["v3.9.0\n", "v4.259.0\n", "dev", ""])
def test_another_engine_is_refused_before_anything_is_written(
    version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state_backup, "carry_out", lambda *_: version)
    with pytest.raises(UsageError, match=r"was not tried.*--any-engine"):
        state_backup.require_tried_engine()


@pytest.mark.parametrize("version", ["v3.259.0\n", "3.259.7"])
def test_an_engine_that_was_tried_goes_on(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_backup, "carry_out", lambda *_: version)
    state_backup.require_tried_engine()


def test_each_backup_is_a_file_of_its_own_that_git_ignores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(state_backup, "carry_out", lambda _, arguments: asked.append(arguments))
    monkeypatch.chdir(tmp_path)
    first, second = (state_backup.back_up_state("team/shop/dev") for _ in range(2))
    assert first != second
    assert first.name.startswith("team.shop.dev-")
    assert (tmp_path / ".topology" / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert asked[0] == ["stack", "export", "--stack", "team/shop/dev", "--file", str(first)]
    assert "--show-secrets" not in asked[0]
