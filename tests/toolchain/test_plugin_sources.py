"""The Go parts of the plugin that need no Pulumi: compiled and tested alone, in seconds."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from toolchain.engine_build import SOURCES
from toolchain.go_build import GO_SETTINGS

PLUGIN = SOURCES / "provider-rabbitmq"
_SECONDS = 600
"""The first time, Go fetches and compiles the client."""


@pytest.fixture
def go() -> str:
    """The compiler; without one the plugin is not built here either."""
    found = shutil.which("go")
    if found is None:
        pytest.skip("Go is not installed")
    return found


def _sources() -> list[str]:
    tests = sorted(PLUGIN.glob("*_test.go"))
    tested = [Path(str(test).replace("_test.go", ".go")) for test in tests]
    return [path.name for path in (*tested, *tests)]


def test_the_plugin_reads_what_rabbitmq_answers(go: str) -> None:
    said = subprocess.run(
        [go, "test", "-mod=readonly", *_sources()],
        cwd=PLUGIN,
        env=os.environ | GO_SETTINGS,
        capture_output=True,
        check=False,
        text=True,
        timeout=_SECONDS,
    )
    assert said.returncode == 0, said.stdout + said.stderr


def test_the_sources_are_formatted(go: str) -> None:
    gofmt = Path(go).with_name("gofmt")
    if not gofmt.exists():
        pytest.skip("gofmt is not beside Go")
    said = subprocess.run([gofmt, "-l", PLUGIN], capture_output=True, text=True, check=True)
    assert said.stdout == ""
