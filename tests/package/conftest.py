"""The wheel, built once for all tests of this folder, and installed without what it depends on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from toolchain.folders import PROJECT

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `pip install rabbitmq-topology` would get."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=PROJECT, check=True, capture_output=True, timeout=600)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages that has the wheel. The rest comes from the tests' virtualenv."""
    folder = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", str(folder), str(wheel)], check=True, timeout=600)
    return folder


@pytest.fixture
def installed(site: Path, tmp_path: Path) -> Command:
    """Runs the console script in a folder that has a `topology/` of its own. Unless it is told
    otherwise, `import pulumi` fails there."""
    blocked = tmp_path / "blocked"
    for name in ("pulumi", "pulumi_rabbitmq"):
        (blocked / name).mkdir(parents=True)
        (blocked / name / "__init__.py").write_text('raise ImportError("it is not here")\n')
    project = tmp_path / "project"
    (project / "topology").mkdir(parents=True)
    (project / "topology" / "__init__.py").write_text('raise ImportError("this is a user\'s")\n')

    def run(*arguments: str, pulumi: bool = False) -> subprocess.CompletedProcess[str]:
        # As the script does, in the Python of the tests.
        script = "import sys; sys.argv[0] = 'rabbitmq-topology'; sys.path.insert(0, '')\n"
        script += "from rabbitmq_topology.__main__ import run; run()\n"
        places = [str(site)] if pulumi else [str(blocked), str(site)]
        return subprocess.run(
            [sys.executable, "-c", script, *arguments],
            cwd=project,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(places), "COLUMNS": "100"},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    return run
