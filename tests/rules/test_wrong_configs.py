"""What check says of config dicts that are wrong: every problem, word by word."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from topology.check import check
from topology.rules import RULES
from topology.version import NEWEST, BrokerFacts, Version

FOLDER: Final = Path(__file__).parent / "wrong"

_BESIDE_THE_POINT: Final = {
    "unreachable-queue": "these queues are published to by their names",
    "unbound-exchange": "clients bind their own queues",
}


def _cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{file.stem}: {case['name']}")
        for file in sorted(FOLDER.glob("*.yaml"))
        for case in yaml.safe_load(file.read_text())
    ]


@pytest.mark.parametrize("case", _cases())
def test_every_problem_is_told_in_these_words(case: dict[str, Any]) -> None:
    ignored = {} if case.get("loud") else {"ignore_rules": _BESIDE_THE_POINT}
    version = Version.parse(case["version"]) if "version" in case else NEWEST
    plugins = frozenset(case["plugins"]) if "plugins" in case else None
    facts = BrokerFacts(version, plugins=plugins)
    problems = check({"vhost": "v", **case["config"], **ignored}, facts).problems
    assert [f"{problem.severity.value}: {problem}" for problem in problems] == case["problems"]


@pytest.mark.parametrize("case", _cases())
def test_no_problem_shows_a_secret(case: dict[str, Any]) -> None:
    assert not any("cret" in problem for problem in case["problems"])


def test_there_are_many_and_each_is_another() -> None:
    cases = [case.values[0] for case in _cases()]
    assert len(cases) >= 60
    different = {str([case.get(key) for key in ("config", "version", "plugins")]) for case in cases}
    assert len(different) == len(cases)


def test_every_rule_finds_something() -> None:
    problems = "\n".join(line for case in _cases() for line in case.values[0]["problems"])
    assert [rule.name for rule in RULES if f"[{rule.name}]" not in problems] == []
