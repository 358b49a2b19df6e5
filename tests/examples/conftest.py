"""The package under the name that it has where it is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from toolchain.folders import PROJECT


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that has the package `rabbitmq_topology`."""
    folder = tmp_path_factory.mktemp("installed")
    (folder / "rabbitmq_topology").symlink_to(PROJECT / "topology")
    return folder
