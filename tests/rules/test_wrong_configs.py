"""What check says of config dicts that are wrong: every problem, word by word."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from topology.check import check
from topology.problems import Problem
from topology.rules import RULES
from topology.version import NEWEST, BrokerFacts, Version

FOLDER: Final = Path(__file__).parent / "wrong"

_BESIDE_THE_POINT: Final = {
    "unreachable-queue": "these queues are published to by their names",
    "unbound-exchange": "clients bind their own queues",
}


@cache
def _files() -> dict[str, list[dict[str, Any]]]:
    return {f.stem: yaml.safe_load(f.read_text()) for f in sorted(FOLDER.glob("*.yaml"))}


def _case_data() -> list[dict[str, Any]]:
    return [case for cases in _files().values() for case in cases]


def _cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{stem}: {case['name']}")
        for stem, cases in _files().items()
        for case in cases
    ]


def _problems(case: dict[str, Any]) -> tuple[Problem, ...]:
    ignored = {} if case.get("loud") else {"ignore_rules": _BESIDE_THE_POINT}
    version = Version.parse(case["version"]) if "version" in case else NEWEST
    plugins = frozenset(case["plugins"]) if "plugins" in case else None
    facts = BrokerFacts(version, plugins=plugins)
    return check({"vhost": "v", **case["config"], **ignored}, facts).problems


@pytest.mark.parametrize("case", _cases())
def test_every_problem_is_told_in_these_words(case: dict[str, Any]) -> None:
    printed = [f"{problem.severity.value}: {problem}" for problem in _problems(case)]
    assert printed == case["problems"]


def test_no_problem_shows_a_secret() -> None:
    """A secret is wrong in itself, or beside what is wrong: neither is in what check prints."""
    with_secrets = [case for case in _case_data() if "cret" in str(case["config"])]
    assert len(with_secrets) >= 9
    for case in with_secrets:
        printed = str([str(problem) for problem in _problems(case)])
        assert "cret" not in printed, case["name"]


def test_there_are_many_and_each_is_another() -> None:
    cases = _case_data()
    assert len(cases) >= 60
    different = {str([case.get(key) for key in ("config", "version", "plugins")]) for case in cases}
    assert len(different) == len(cases)


def test_every_rule_finds_something() -> None:
    problems = "\n".join(line for case in _case_data() for line in case["problems"])
    assert [rule.name for rule in RULES if f"[{rule.name}]" not in problems] == []
