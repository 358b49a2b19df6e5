"""The wheel holds all that the commands need, under a name that no folder of a user's hides."""

from __future__ import annotations

import ast
import json
import re
import shutil
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.package.conftest import Command
from toolchain.folders import PROJECT
from topology import __version__


def project() -> dict[str, object]:
    loaded: dict[str, object] = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    return loaded


def locked() -> dict[str, Version]:
    lines = (PROJECT / "requirements.txt").read_text().splitlines()
    pins = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {name.lower(): Version(version) for name, version in pins}


def test_the_wheel_is_one_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        scripts = archive.read(f"rabbitmq_topology-{__version__}.dist-info/entry_points.txt")
    assert {name.split("/")[0] for name in names} == {
        "rabbitmq_topology",
        f"rabbitmq_topology-{__version__}.dist-info",
    }
    assert {"rabbitmq_topology/py.typed", "rabbitmq_topology/graph/page.html"} <= set(names)
    assert b"rabbitmq-topology = rabbitmq_topology.__main__:run" in scripts
    # The engine looks for a provider under this name.
    provider = b"pulumi-resource-rabbitmq-topology = rabbitmq_topology.component.provider:serve"
    assert provider in scripts


def test_no_import_of_the_package_goes_by_its_name() -> None:
    """In a wheel it has another one."""
    own = re.compile(r"^\s*(from|import) topology\b", re.MULTILINE)
    named = [
        str(file.relative_to(PROJECT))
        for file in (PROJECT / "topology").rglob("*.py")
        if own.search(file.read_text(encoding="utf-8"))
    ]
    assert named == []


def test_what_is_locked_is_what_the_ranges_begin_with() -> None:
    dependencies = project()["dependencies"]
    assert isinstance(dependencies, list)
    required = {one.name.lower(): one for one in map(Requirement, dependencies)}
    pins = locked()
    assert required.keys() == pins.keys()
    for name, requirement in required.items():
        floors = [part.version for part in requirement.specifier if part.operator == ">="]
        assert [Version(floor) for floor in floors] == [pins[name]]
        assert pins[name] in requirement.specifier


def test_each_import_of_the_package_is_required() -> None:
    dependencies = project()["dependencies"]
    assert isinstance(dependencies, list)
    direct = {canonicalize_name(Requirement(one).name) for one in dependencies}
    # pydantic comes with pydantic-core, and pulumi with protobuf.
    indirect = (Requirement(one).name for name in direct for one in requires(name) or ())
    required = direct | {canonicalize_name(name) for name in indirect}
    installed = packages_distributions()
    imported = {
        module.split(".")[0]
        for file in (PROJECT / "topology").rglob("*.py")
        for module in imports(file)
    }
    others = imported - sys.stdlib_module_names
    assert others >= {"pulumi", "psutil"}
    missing = [
        module
        for module in sorted(others)
        if not required & {canonicalize_name(name) for name in installed.get(module, [])}
    ]
    assert missing == []


def imports(file: Path) -> Iterator[str]:
    """Modules that a file imports by absolute names, also inside its functions."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module


def test_the_changelog_has_the_version() -> None:
    changelog = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(__version__)} — \d{{4}}-\d\d-\d\d$", changelog, re.MULTILINE)


def test_the_command_tells_its_version_and_its_name(installed: Command) -> None:
    assert installed("--version").stdout == f"{__version__}\n"
    assert "Usage: rabbitmq-topology" in installed("--help").stdout
    assert "rabbitmq-topology() {" in installed("completion", "bash").stdout


@pytest.mark.parametrize(
    "command",
    [
        "check Pulumi.demo.yaml",
        "graph Pulumi.demo.yaml",
        "graph Pulumi.demo.yaml --format json",
        "alerts Pulumi.demo.yaml",
        "keda Pulumi.demo.yaml",
        "schema",
        "schema --stack",
    ],
)
def test_what_needs_no_engine_runs_without_pulumi(
    installed: Command, tmp_path: Path, command: str
) -> None:
    shutil.copy(PROJECT / "Pulumi.demo.yaml", tmp_path / "project")
    done = installed(*command.split())
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_a_page_is_drawn_from_the_packages_own_template(installed: Command, tmp_path: Path) -> None:
    shutil.copy(PROJECT / "Pulumi.demo.yaml", tmp_path / "project")
    done = installed("graph", "Pulumi.demo.yaml", "-o", "graph.html")
    assert done.returncode == 0, done.stderr
    assert "<svg" in (tmp_path / "project" / "graph.html").read_text()


def test_adopted_files_find_their_schema_where_the_package_is_installed(
    installed: Command, tmp_path: Path
) -> None:
    definitions = {"vhosts": [{"name": "v"}], "queues": [], "exchanges": [], "bindings": []}
    (tmp_path / "project" / "definitions.json").write_text(json.dumps(definitions))
    done = installed("adopt", "definitions.json", "--rabbitmq-version", "4.3", pulumi=True)
    assert done.returncode == 0, done.stderr
    stack = tmp_path / "project" / "Pulumi.v.yaml"
    first = stack.read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=./schema/stack.schema.json"
    assert (tmp_path / "project" / "schema" / "stack.schema.json").exists()
    assert "rabbitmq-topology:topology" in yaml.safe_load(stack.read_text())["config"]
