"""Files that come from the models and the rules are as those are now, and their examples work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.command import PROJECT
from tests.cli.files import checked
from tools.generate import GENERATED, generate
from tools.reference.nouns import NOUNS, Noun
from topology.model import Topology
from topology.model.policy_definition import known_policy_keys
from topology.rules import RULES

REFERENCE = (PROJECT / "docs" / "reference.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", GENERATED)
def test_no_generated_file_is_stale(path: str) -> None:
    written = (PROJECT / path).read_text(encoding="utf-8")
    assert written == GENERATED[path](), f"{path} is stale; run make generate"


def test_generate_writes_what_is_stale_and_nothing_else(tmp_path: Path) -> None:
    assert generate(tmp_path) == list(GENERATED)
    for path, text in GENERATED.items():
        assert (tmp_path / path).read_text(encoding="utf-8") == text()
    assert generate(tmp_path) == []


@pytest.mark.parametrize(
    "path", sorted(PROJECT.glob("docs/examples/*.yaml")), ids=lambda path: path.stem
)
def test_every_example_is_fine(path: Path) -> None:
    finding = checked(path)
    assert [str(problem) for problem in finding.problems] == []
    assert path.read_text(encoding="utf-8").partition("\n")[2].rstrip() in REFERENCE


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.key)
def test_every_noun_has_its_fields_and_an_example_that_uses_it(noun: Noun) -> None:
    section = REFERENCE.split(f"\n## {noun.title}\n")[1].split("\n## ")[0]
    for name, field in noun.model.model_fields.items():
        assert f"\n| `{field.alias or name}` |" in section
    assert re.search(rf"^{noun.key}:", section, re.MULTILINE)


def test_every_section_of_the_config_dict_is_explained() -> None:
    sections = {noun.key for noun in NOUNS}
    elsewhere = {
        "rabbitmq_version",
        "defaults",
        "profiles",
        "protect",
        "retain",
        "adopt",
        "ignore_rules",
        "ignore_drift",
        "migrate",
    }
    assert sections | elsewhere == set(Topology.model_fields)


def test_every_policy_key_and_every_rule_is_there() -> None:
    for key in known_policy_keys():
        assert f"\n| `{key}` |" in REFERENCE
    for rule in RULES:
        assert f"\n| `{rule.name}` | {rule.severity} |" in REFERENCE


def test_links_lead_somewhere() -> None:
    headings = {
        line[3:].lower().replace(" ", "-")
        for line in REFERENCE.splitlines()
        if line.startswith("## ")
    }
    targets = set(re.findall(r"\]\(#([^)]+)\)", REFERENCE))
    assert targets
    assert targets <= headings
