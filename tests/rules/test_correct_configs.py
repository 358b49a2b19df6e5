"""What is right passes: config dicts of every kind in which check finds nothing at all."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from topology.check import check
from topology.version import OLDEST, BrokerFacts, Version

VERSIONS: Final = tuple(
    map(Version.parse, ("3.10", "3.11", "3.12", "3.13", "4.0", "4.1", "4.2", "4.3", "5.0"))
)

_EXAMPLES: Final = yaml.safe_load((Path(__file__).parent / "correct.yaml").read_text())


def _cases() -> list[Any]:
    return [
        pytest.param(example["config"], version, id=f"{example['name']} on {version}")
        for example, version in product(_EXAMPLES, VERSIONS)
        if version >= (Version.parse(example["since"]) if "since" in example else OLDEST)
    ]


@pytest.mark.parametrize(("config", "version"), _cases())
def test_nothing_is_found(config: dict[str, Any], version: Version) -> None:
    assert [str(p) for p in check({"vhost": "v", **config}, BrokerFacts(version)).problems] == []
