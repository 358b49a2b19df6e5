"""A run in which nothing moves for a minute reports what it waits for."""

from __future__ import annotations

from contextlib import ExitStack

from topology.hooks.pending import Pending
from topology.hooks.watch import Watch


class Clock:
    """Time goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_each_wait_is_named_with_its_time() -> None:
    clock, reports = Clock(), list[str]()
    pending = Pending(clock)
    watch = Watch(pending, reports.append)
    with pending.waiting_for("hook before deletion of queue a"):
        clock.now = 30
        with pending.waiting_for("GET http://localhost:15672/api/queues/v"):
            clock.now = 89
            watch.look()
            assert reports == []
            clock.now = 90
            watch.look()
    (report,) = reports
    assert report.splitlines() == [
        "Nothing has moved for 60 seconds. Still waiting for:",
        "  - hook before deletion of queue a (90 s)",
        "  - GET http://localhost:15672/api/queues/v (60 s)",
    ]


def test_it_is_reported_again_after_twice_the_time() -> None:
    clock, reports = Clock(), list[str]()
    watch = Watch(Pending(clock), reports.append)
    for clock.now in range(0, 301, 5):
        watch.look()
    assert [report.partition(" seconds")[0] for report in reports] == [
        f"Nothing has moved for {seconds}" for seconds in (60, 120, 240)
    ]
    assert "the Pulumi engine and its provider" in reports[0]


def test_what_moves_is_not_reported() -> None:
    clock, reports = Clock(), list[str]()
    pending = Pending(clock)
    watch = Watch(pending, reports.append)
    with pending.waiting_for("hook"):
        for clock.now in range(0, 600, 50):
            with pending.waiting_for("another hook"):
                watch.look()
    assert reports == []


def test_a_long_list_is_cut() -> None:
    clock, reports = Clock(), list[str]()
    pending = Pending(clock)
    with ExitStack() as waits:
        for number in range(34):
            waits.enter_context(pending.waiting_for(f"hook {number}"))
        clock.now = 61
        Watch(pending, reports.append).look()
    assert reports[0].endswith("- hook 9 (61 s)\n  - and 24 more")
