"""Everything that is known of what RabbitMQ takes and what the provider can do, row by row."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from toolchain.folders import PROJECT
from topology.check import Checked, check
from topology.version import BrokerFacts, Version

FOLDER: Final = Path(__file__).parent / "rows"

_ELSEWHERE: Final[dict[str, Any]] = {
    "exchanges": {"dead": {"type": "fanout"}},
    "queues": {"end": {}},
    "bindings": [{"source": "dead", "destination": "end"}],
}
"""Where dead letters of the queues under test may go."""

_WITHOUT_BINDINGS: Final = {"unreachable-queue", "unbound-exchange"}


def _rows(name: str) -> list[Any]:
    rows = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    return [pytest.param(row, id=row["row"]) for row in rows]


def _checked(row: dict[str, Any], config: dict[str, Any]) -> Checked:
    facts = BrokerFacts(Version.parse(row["version"])) if "version" in row else None
    return check({"vhost": "v", **config}, facts)


def _warnings(checked: Checked) -> list[str]:
    return [str(w) for w in checked.warnings if w.rule not in _WITHOUT_BINDINGS]


@pytest.mark.parametrize("row", _rows("queue-arguments"))
def test_queue_arguments(row: dict[str, Any]) -> None:
    for queue in row["right"]:
        queues = {**_ELSEWHERE["queues"], "q": queue}
        assert _checked(row, {**_ELSEWHERE, "queues": queues}).errors == (), queue
    for queue in row["wrong"]:
        queues = {**_ELSEWHERE["queues"], "q": queue}
        errors = _checked(row, {**_ELSEWHERE, "queues": queues}).errors
        assert errors, queue
        assert all(error.path[:2] == ("queues", "q") for error in errors)


@pytest.mark.parametrize("row", _rows("tested-elsewhere"))
def test_what_no_config_can_show_has_its_test(row: dict[str, Any]) -> None:
    for test in row["tests"]:
        file, _, name = test.partition("::")
        assert f"\ndef {name}(" in (PROJECT / file).read_text(encoding="utf-8"), test


@pytest.mark.parametrize("row", _rows("whole-topologies"))
def test_whole_topologies(row: dict[str, Any]) -> None:
    for config in row.get("right", ()):
        checked = _checked(row, config)
        assert (checked.errors, _warnings(checked)) == ((), []), config
    for config in row.get("warned", ()):
        checked = _checked(row, config)
        assert checked.errors == (), config
        assert _warnings(checked), config
    for config in row.get("wrong", ()):
        assert _checked(row, config).errors, config
