"""Whatever a config dict holds, check ends with a clean result or with clean errors."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rules.topologies import ANYTHING, TOPOLOGIES, mutated
from topology.check import check
from topology.problems import report

_CONFIGS = st.one_of(TOPOLOGIES, mutated(), ANYTHING)


def looked_at(config: Any) -> None:
    """Checks a config dict, and says what is found as a user reads it."""
    checked = check(config)
    text = report(checked.problems)
    assert text.count("\n") == len(checked.problems)
    for problem in checked.problems:
        assert problem.message
        assert all(isinstance(step, str | int) for step in problem.path)


@given(_CONFIGS)
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_check_never_raises(config: Any) -> None:
    looked_at(config)


@pytest.mark.soak
@given(_CONFIGS)
@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
def test_check_never_raises_in_a_long_run(config: Any) -> None:
    looked_at(config)


@given(TOPOLOGIES)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_same_config_gives_the_same_problems(config: Any) -> None:
    assert check(config).problems == check(config).problems
