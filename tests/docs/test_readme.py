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
from topology.graph import build_graph, to_svg

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    page for folder in (".", "docs", "docs/*", "examples/*") for page in ROOT.glob(f"{folder}/*.md")
)
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    outside = ("://", "../../actions/")  # the second is a page of the repository's host
    local = [target for target in targets if not any(part in target for part in outside)]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_the_dev_stack_is_the_one_that_is_shown() -> None:
    shown = yaml.safe_load(blocks("yaml")[1])["config"]
    stack = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]
    assert shown == stack


def test_examples_are_right_as_they_stand() -> None:
    assert check(_shop()).problems == ()
    page = (ROOT / "docs/guides/environments.md").read_text(encoding="utf-8")
    (tls,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert list(key_problems(yaml.safe_load(tls))) == []


def test_the_picture_shows_the_config_beside_it() -> None:
    drawn = to_svg(build_graph(check(_shop()).expanded))
    picture = (ROOT / "docs/assets/shop.svg").read_text(encoding="utf-8")
    # Where things stand and how wide text is depends on Graphviz and its fonts.
    assert _drawn(picture) == _drawn(drawn), "python -m topology graph writes it anew"


def _drawn(svg: str) -> tuple[list[str], list[str]]:
    titles = re.findall(r"<title>(.*?)</title>", svg)
    return sorted(titles), sorted(re.findall(r"<text[^>]*>(.*?)</text>", svg))


def _shop() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(blocks("yaml")[0])
    return found


def test_the_mistakes_are_told_as_shown() -> None:
    shop = _shop()
    shop["queues"]["packing"]["max_lenght"] = shop["queues"]["packing"].pop("max_length")
    shop["bindings"][0]["source"] = "order"
    told = [f"  - {problem}" for problem in check(shop).errors]
    (shown,) = (block for block in blocks("console") if "problems in the configuration" in block)
    assert told == shown.splitlines()[1:]


def test_every_verb_is_described_and_every_make_target_exists() -> None:
    assert set(re.findall(r"python -m topology ([a-z]+)", README)) == set(VERBS)
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make (?:-s )?([a-z]+)\b(?!, )", README)) <= targets | {"it"}
