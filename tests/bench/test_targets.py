"""What is met, what is missed, and what is not measured."""

from __future__ import annotations

import pytest

from benchmarks.contenders.names import OPENTOFU, OURS, PLAIN_PORT
from benchmarks.operation import SHARED, Operation
from benchmarks.run import Run
from benchmarks.targets import Verdict, verdicts
from tests.bench.results import result, run


def verdict(what: str, *runs: Run) -> Verdict:
    """Of the only target that begins like this."""
    (found,) = (each for each in verdicts(result(*runs)) if each.target.what.startswith(what))
    return found


@pytest.mark.parametrize(
    ("ours", "peer", "met"), [(9.5, 10.0, True), (9.6, 10.0, False), (5.0, None, None)]
)
def test_a_peer_is_compared_with(ours: float, peer: float | None, met: bool | None) -> None:  # noqa: FBT001
    runs = [run(OURS, Operation.UP, ours)]
    if peer is not None:
        runs.append(run(OPENTOFU, Operation.UP, peer))
    found = verdict("up / OpenTofu", *runs)
    assert found.met is met
    assert found.found == (None if peer is None else pytest.approx(ours / peer))


def test_a_peer_at_another_size_says_nothing() -> None:
    found = verdict(
        "destroy / OpenTofu",
        run(OURS, Operation.DESTROY, 5.0),
        run(OPENTOFU, Operation.DESTROY, 5.0, size=100),
    )
    assert found.met is None


@pytest.mark.parametrize(("size", "met"), [(4, True), (100, False)])
def test_a_small_stack_is_compared_with_a_plain_program(size: int, *, met: bool) -> None:
    runs = [run(name, Operation.UP, 2.0, size=size) for name in (OURS, PLAIN_PORT)]
    assert verdict(f"up / plain Pulumi program's, {size} ", *runs).met is met


@pytest.mark.parametrize("operation", SHARED)
def test_growth(operation: Operation) -> None:
    small, large = run(OURS, operation, 2.0), run(OURS, operation, 22.1, size=10000)
    assert verdict(f"{operation}, from", small, large).met is False
    assert verdict(f"{operation}, from", small).met is None


def test_memory() -> None:
    large = run(OURS, Operation.UP, 1.0, size=10000, peak_bytes=2**30)
    assert verdict("peak memory", large).met is True
    assert verdict("peak memory", run(OURS, Operation.UP, 1.0)).met is None


def test_the_command_line() -> None:
    assert verdict("start", run(OURS, Operation.START, 0.5, size=4)).met is False
    assert verdict("check", run(OURS, Operation.CHECK, 0.5, size=10000)).met is True
