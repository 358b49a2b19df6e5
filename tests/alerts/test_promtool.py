"""promtool reads what is written, and finds that every rule fires when it has to, and only then."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.alerts.topologies import AWKWARD, SHOP
from tests.cli.command import topology
from tests.support.programs import program

LIMITED: dict[str, Any] = {
    "vhost": AWKWARD,
    "exchanges": {AWKWARD: {"type": "fanout"}},
    "queues": {AWKWARD: {"max_length": 10, "message_ttl": 600_000, "dead_letter": True}},
    "bindings": [{"source": AWKWARD, "destination": AWKWARD}],
    "services": {AWKWARD: {"publishes": [AWKWARD], "consumes": [AWKWARD]}},
}

pytestmark = pytest.mark.full  # promtool reads slowly


def promtool(*arguments: str, folder: Path) -> str:
    """What it says; fails where it is not content."""
    command = [program("promtool", package="prometheus"), *arguments]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=240, check=False
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def written(raw: Any, folder: Path, *options: str) -> None:
    (folder / "shop.yaml").write_text(json.dumps(raw, ensure_ascii=False))
    files = ("-o", "rules.yml", "--tests", "tests.yml", "--dashboard", "dashboard.json")
    done = topology("alerts", "shop.yaml", *files, *options, folder=folder)
    assert (done.code, done.out) == (0, "")


@pytest.mark.parametrize("version", ["3.10", "4.0", "4.3"])
@pytest.mark.parametrize("raw", [SHOP, LIMITED], ids=["shop", "awkward"])
def test_every_rule_fires_when_it_has_to_and_only_then(
    raw: Any, version: str, tmp_path: Path
) -> None:
    written(raw, tmp_path, "--rabbitmq-version", version)
    assert "rules found" in promtool("check", "rules", "rules.yml", folder=tmp_path)
    tests = yaml.safe_load((tmp_path / "tests.yml").read_text())["tests"]
    rules = yaml.safe_load((tmp_path / "rules.yml").read_text())["groups"]
    assert len(tests) == 2 * sum(len(group["rules"]) for group in rules)
    promtool("test", "rules", "tests.yml", folder=tmp_path)


def test_a_rule_that_never_fires_fails_its_test(tmp_path: Path) -> None:
    written(SHOP, tmp_path, "--rabbitmq-version", "3.10")
    rules = tmp_path / "rules.yml"
    rules.write_text(rules.read_text().replace("> 0", "> 1000000"))
    with pytest.raises(AssertionError, match="FAILED"):
        promtool("test", "rules", "tests.yml", folder=tmp_path)


@pytest.mark.parametrize("raw", [SHOP, LIMITED], ids=["shop", "awkward"])
def test_a_dashboard_has_a_row_for_each_service_and_queries_that_can_be_read(
    raw: Any, tmp_path: Path
) -> None:
    written(raw, tmp_path)
    dashboard = json.loads((tmp_path / "dashboard.json").read_text())
    rows = [panel["title"] for panel in dashboard["panels"] if panel["type"] == "row"]
    assert rows == ["The vhost as a whole", *(f"Service {name}" for name in raw["services"])]
    numbers = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(numbers)) == len(numbers)
    queries = [t["expr"] for panel in dashboard["panels"] for t in panel.get("targets", ())]
    recorded = [{"record": f"query:{n}", "expr": query} for n, query in enumerate(queries)]
    (tmp_path / "queries.yml").write_text(
        yaml.safe_dump({"groups": [{"name": "dashboard", "rules": recorded}]})
    )
    said = promtool("check", "rules", "queries.yml", folder=tmp_path)
    assert f"{len(queries)} rules found" in said
