"""What is right passes: config dicts of every kind in which check finds nothing at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from topology.check import check
from topology.version import OLDEST, BrokerFacts, Version

BOUNDARIES: Final = tuple(map(Version.parse, ("4.0", "4.3", "5.0")))

_EXAMPLES: Final = yaml.safe_load((Path(__file__).parent / "correct.yaml").read_text())


def _cases() -> list[Any]:
    """Each on the first version that it is right on, and on one that is not known yet; the whole
    list on the versions at which RabbitMQ's own rules change."""
    cases = []
    for example in _EXAMPLES:
        since = Version.parse(example["since"]) if "since" in example else OLDEST
        versions = {since, *(version for version in BOUNDARIES if version >= since)}
        cases += [
            pytest.param(example["config"], version, id=f"{example['name']} on {version}")
            for version in sorted(versions)
        ]
    return cases


@pytest.mark.parametrize(("config", "version"), _cases())
def test_nothing_is_found(config: dict[str, Any], version: Version) -> None:
    assert [str(p) for p in check({"vhost": "v", **config}, BrokerFacts(version)).problems] == []
