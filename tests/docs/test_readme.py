"""What the README says is so: its links lead somewhere, its examples check, its commands exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from topology.check import check
from topology.cli.app import VERBS
from topology.cli.stack_keys import key_problems

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    page for folder in (".", "docs", "examples/*") for page in ROOT.glob(f"{folder}/*.md")
)
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_the_dev_stack_is_the_one_that_is_shown() -> None:
    shown = yaml.safe_load(blocks("yaml")[0])["config"]
    stack = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]
    assert shown == stack


def test_examples_are_right_as_they_stand() -> None:
    _, shop, services, tls = map(yaml.safe_load, blocks("yaml"))
    config: dict[str, Any] = {**shop, **services}
    assert check(config).problems == ()
    assert list(key_problems(tls)) == []


def test_the_mistakes_are_told_as_shown() -> None:
    shop = yaml.safe_load(blocks("yaml")[1])
    shop["queues"]["packing"]["max_lenght"] = shop["queues"]["packing"].pop("max_length")
    shop["bindings"][0]["source"] = "order"
    told = [f"  - {problem}" for problem in check(shop).errors]
    (shown,) = (block for block in blocks("console") if "problems in the configuration" in block)
    assert told == shown.splitlines()[1:]


def test_every_verb_is_described_and_every_make_target_exists() -> None:
    assert set(re.findall(r"python -m topology ([a-z]+)", README)) == set(VERBS)
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make (?:-s )?([a-z]+)\b(?!, )", README)) <= targets | {"it"}
