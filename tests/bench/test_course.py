"""Who is measured when."""

from __future__ import annotations

from benchmarks.contender import Contender
from benchmarks.contenders.http import Http
from benchmarks.course import Turn, turns


def contender(name: str, largest: int | None = None) -> Contender:
    return Contender(name, "", lambda folder, broker: Http("each", folder, broker), largest)


A, B, C = contender("a"), contender("b", largest=100), contender("c")


def test_each_round_begins_with_another() -> None:
    order = [turn.contender.name for turn in turns([A, B, C], [4], 3, 0)]
    assert "".join(order) == "abc" + "bca" + "cab"


def test_requests_are_counted_at_the_end_of_a_size() -> None:
    found = list(turns([A, C], [4, 100], 1, 4))
    assert found == [
        Turn(A, 4, 1),
        Turn(C, 4, 1),
        Turn(A, 4, 0),
        Turn(C, 4, 0),
        Turn(A, 100, 1),
        Turn(C, 100, 1),
    ]


def test_what_would_take_too_long_is_left_out() -> None:
    assert Turn(B, 100, 1) in turns([A, B], [100, 1000], 2, 0)
    assert {turn.contender for turn in turns([A, B], [1000], 2, 0)} == {A}
