"""The names that programs of users import: taking one away breaks them."""

from __future__ import annotations

import subprocess
import sys

import pytest

import topology
from toolchain.folders import PROJECT

PUBLIC = ["Connection", "Service", "Topology", "TopologyError", "__version__", "run_stack"]


def test_these_names_are_public() -> None:
    assert topology.__all__ == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_each_can_be_imported(name: str) -> None:
    assert getattr(topology, name)


def test_no_other_name_is_there() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Topologie'"):
        _ = topology.Topologie


def test_the_package_alone_imports_nothing_of_pulumi() -> None:
    code = "import sys, topology; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert not {"pulumi", "pydantic", "typer"} & set(done.stdout.split())
