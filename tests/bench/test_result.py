"""Medians and ratios."""

from __future__ import annotations

import json

import pytest

from benchmarks.contenders.names import OPENTOFU, OURS
from benchmarks.operation import Operation
from benchmarks.result import Result, ratio
from benchmarks.run import Failure
from tests.bench.results import result, run

UP, PREVIEW = Operation.UP, Operation.PREVIEW


def test_a_median_is_over_the_rounds() -> None:
    runs = [run(OURS, UP, seconds, round=i) for i, seconds in enumerate((9.0, 2.0, 3.0), 1)]
    assert result(*runs).seconds(OURS, 1000, UP) == 3.0


def test_the_round_that_counts_requests_is_not_timed() -> None:
    counting = run(OURS, UP, 99.0, round=0, requests={"PUT queues": 5, "GET queues": 7})
    found = result(run(OURS, UP, 2.0), counting)
    assert found.seconds(OURS, 1000, UP) == 2.0
    asked = found.requests(OURS, 1000, UP)
    assert asked is not None
    assert asked.total() == 12
    assert found.requests(OURS, 1000, PREVIEW) is None


def test_sizes_contenders_and_operations_are_kept_apart() -> None:
    found = result(
        run(OURS, UP, 1.0),
        run(OURS, UP, 2.0, size=100),
        run(OPENTOFU, UP, 3.0),
        run(OURS, PREVIEW, 4.0),
    )
    assert found.seconds(OURS, 1000, UP) == 1.0
    assert found.sizes == [100, 1000]
    assert found.seconds(OPENTOFU, 100, UP) is None


def test_the_peak_is_that_of_the_hungriest_operation() -> None:
    found = result(
        run(OURS, UP, 1.0, peak_bytes=10),
        run(OURS, PREVIEW, 1.0, peak_bytes=30),
        run(OURS, UP, 1.0, peak_bytes=50, round=2),
    )
    assert found.peak_bytes(OURS, 1000) == 40


def test_programs_have_medians_of_their_own() -> None:
    found = result(
        run(OURS, UP, 1.0, cpu_by_program={"pulumi": 3.0, "python": 5.0}),
        run(OURS, UP, 1.0, cpu_by_program={"pulumi": 5.0}, round=2),
    )
    assert found.cpu_by_program(OURS, 1000, UP) == {"pulumi": 4.0, "python": 2.5}


@pytest.mark.parametrize(
    ("figure", "to", "expected"), [(3.0, 4.0, 0.75), (None, 4.0, None), (3.0, None, None)]
)
def test_ratios(figure: float | None, to: float | None, expected: float | None) -> None:
    assert ratio(figure, to) == expected


def test_a_result_survives_its_file() -> None:
    before = result(run(OURS, UP, 2.0, requests={"PUT queues": 5}, round=0))
    before.failures.append(Failure(OPENTOFU, 1000, 1, PREVIEW, "it stopped"))
    assert Result.of_json(json.loads(json.dumps(before.as_json()))) == before
