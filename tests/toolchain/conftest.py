"""What these tests work on: a home of nobody's, and clones of the project."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.conftest import engine, make_stack
from tests.toolchain.clone import Clone
from toolchain import folders

__all__ = ["clone", "engine", "home", "make_stack"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user who has nothing yet: no login, no cache, no record, no program of ours on PATH."""
    for name in list(os.environ):
        if name.startswith(("PULUMI_", "XDG_", "RABBITMQ_")):
            monkeypatch.delenv(name)
    place = tmp_path / "home"
    place.mkdir()
    monkeypatch.setenv("HOME", str(place))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setattr(folders, "PROJECT", tmp_path / "project")
    return place


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Clone]:
    """The project as a fresh clone has it, with free ports for its dev stack."""
    made = Clone.make(tmp_path / "clone")
    yield made
    made.end()
