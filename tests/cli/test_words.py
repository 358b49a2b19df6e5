"""How much commands say, in which form, and with which colours."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import PROJECT, topology

NOTED = """\
vhost: v
queues: {q: {type: stream}}
services: {s: {consumes: [q]}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "t.yaml").write_text(NOTED)
    return tmp_path


def test_quiet_leaves_out_notes_and_nothing_else(folder: Path) -> None:
    assert "note: service s" in topology("keda", "t.yaml", folder=folder).err
    assert topology("--quiet", "keda", "t.yaml", folder=folder).err == ""
    missing = topology("-q", "keda", "missing.yaml", folder=folder)
    assert (missing.code, missing.err[:6]) == (2, "error:")


def test_verbose_tells_of_each_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pulumi = tmp_path / "pulumi"
    pulumi.write_text("#!/bin/sh\necho dev\n")
    pulumi.chmod(0o755)
    (tmp_path / "Pulumi.dev.yaml").write_text(
        "config: {'rabbitmq-topology:amqpEndpoint': 'amqp://h', "
        "'rabbitmq-topology:topology': {vhost: v}}"
    )
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert topology("graph", folder=tmp_path).err == ""
    assert "topology: pulumi stack --show-name\n" in topology("-v", "graph", folder=tmp_path).err


def test_quiet_and_verbose_exclude_each_other() -> None:
    done = topology("-q", "-v", "schema")
    assert (done.code, done.out) == (2, "")
    assert "exclude each other" in done.err


def test_a_map_is_json_for_programs(folder: Path) -> None:
    drawn = json.loads(topology("graph", "t.yaml", "--json", folder=folder).out)
    assert drawn["title"] == "v"
    assert {node["kind"] for node in drawn["nodes"]} == {"stream", "service"}
    assert [edge["kind"] for edge in drawn["edges"]] == ["consumes"]
    assert topology("graph", "t.yaml", "--json", "-f", "svg", folder=folder).code == 2


@pytest.mark.parametrize("settings", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_colours_are_for_terminals_alone(folder: Path, settings: dict[str, str]) -> None:
    command = [sys.executable, "-m", "topology", "check", "t.yaml"]
    plain = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    environment = plain | {"PYTHONPATH": str(PROJECT), "TERM": "xterm-256color"} | settings
    master, slave = pty.openpty()
    subprocess.run(command, cwd=folder, env=environment, stdout=slave, timeout=240, check=True)
    os.close(slave)
    shown = os.read(master, 65_536)
    os.close(master)
    assert (b"\x1b[" in shown) is (not settings)
    piped = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, timeout=240, check=True
    )
    assert b"\x1b[" not in piped.stdout
