"""The help of every command."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.cli.command import topology
from topology.cli.app import VERBS


@pytest.mark.parametrize("verb", ["", *VERBS], ids=lambda verb: verb or "all")
def test_help(verb: str, snapshot: SnapshotAssertion) -> None:
    ended = topology(*filter(None, [verb]), "--help")
    assert ended.code == 0
    # Before its arguments stands what was started: here, the program that runs the tests.
    _, options, rest = ended.out.partition("[OPTIONS]")
    assert "\n".join(line.rstrip() for line in (options + rest).splitlines()) == snapshot
