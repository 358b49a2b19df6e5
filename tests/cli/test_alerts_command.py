"""What `alerts` writes where, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.cli.command import topology

QUEUE = "vhost: v\nqueues: {q: {dead_letter: true}}\nservices: {s: {consumes: [q]}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "t.yaml").write_text(QUEUE)
    return tmp_path


def test_rules_are_printed_where_no_file_is_named(folder: Path) -> None:
    done = topology("alerts", "t.yaml", folder=folder)
    assert (done.code, done.err) == (0, "")
    names = [group["name"] for group in yaml.safe_load(done.out)["groups"]]
    assert "v: RabbitmqDeadLetters" in names


def test_something_else_may_be_printed_instead(folder: Path) -> None:
    done = topology("alerts", "t.yaml", "--scrape", "-", "--node", "a:1", "--node", "b:2",
                    "--job", "prod", folder=folder)  # fmt: skip
    aggregated, detailed = yaml.safe_load(done.out)["scrape_configs"]
    assert (aggregated["job_name"], detailed["job_name"]) == ("prod", "prod-detailed")
    assert detailed["static_configs"] == [{"targets": ["a:1", "b:2"]}]
    assert detailed["params"]["vhost"] == ["v"]


def test_everything_is_one_document_as_json(folder: Path) -> None:
    done = topology("alerts", "t.yaml", "--json", "--rabbitmq-version", "3.10", folder=folder)
    assert json.loads(done.out).keys() == {"rules", "scrape", "dashboard", "notes"}


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--tests", "x.yml"], "--tests needs the rules in a file"),
        (["--json", "--scrape", "-"], "only one of"),
        (["--json", "-o", "x.yml"], "leave --output out"),
        (["--rabbitmq-version", "3.9"], "RabbitMQ 3.10 is the oldest"),
    ],
)
def test_what_makes_no_sense_is_refused(folder: Path, options: list[str], reason: str) -> None:
    done = topology("alerts", "t.yaml", *options, folder=folder)
    assert done.code == 2
    assert reason in done.err
    assert list(folder.iterdir()) == [folder / "t.yaml"]
