"""The Pulumi program reads the same files as `check`, and says the same places."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime.config import CONFIG

from tests.cli.files import checked, write
from topology.check import check_layers
from topology.cli.stack_keys import KEYS, TOPOLOGY
from topology.config_files import Document
from topology.stack_config import StackConfig

STACK = """\
config:
  rabbitmq:endpoint: http://localhost:15672
  rabbitmq:username: guest
  rabbitmq:password: guest
  rabbitmq-topology:amqpEndpoint: amqp://localhost:5672
  rabbitmq-topology:topology:
    extends: topologies/base.yaml
    queues:
      q: {tipe: quorum}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project folder, as Pulumi enters it, with the config as Pulumi hands it over."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pulumi, "get_stack", lambda: "test")
    path = tmp_path / "Pulumi.test.yaml"
    path.write_text(STACK, encoding="utf-8")
    write(tmp_path, topologies__base="vhost: v\nexchanges:\n  e: {tipe: topic}\n")
    config = Document.read(path).value["config"]
    texts = {k: v if isinstance(v, str) else json.dumps(v) for k, v in config.items()}
    before = CONFIG.set({})
    pulumi.runtime.set_all_config(texts)
    yield path
    CONFIG.reset(before)


def test_the_program_says_what_check_says(project: Path) -> None:
    found = check_layers(StackConfig.read().topology).problems
    assert {str(problem) for problem in found} == {
        str(problem) for problem in checked(project).problems
    }
    assert {problem.source for problem in found} >= {"Pulumi.test.yaml:9", "topologies/base.yaml:3"}


def test_without_the_stack_file_the_files_below_are_still_named(project: Path) -> None:
    project.unlink()
    found = check_layers(StackConfig.read().topology).problems
    assert {problem.source for problem in found if not problem.rule} == {
        "",
        "topologies/base.yaml:3",
    }


@pytest.mark.usefixtures("project")
def test_every_key_that_the_program_reads_is_known_to_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: set[str] = set()

    def recording(method: str) -> None:
        original: Any = getattr(pulumi.Config, method)

        def get(self: pulumi.Config, key: str, *rest: Any) -> Any:
            read.add(f"{self.name}:{key}")
            return original(self, key, *rest)

        monkeypatch.setattr(pulumi.Config, method, get)

    for method in ("get", "get_bool", "get_int", "get_float", "get_object"):
        recording(method)
    StackConfig.read()
    assert read <= {key.name for key in KEYS} | {TOPOLOGY}
    assert TOPOLOGY in read
