"""Tables say what was found, and leave empty what was not."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from benchmarks.contenders.names import IMPORT, OPENTOFU, OURS
from benchmarks.operation import Operation
from benchmarks.report import HEAD, TARGETS_HEAD, markdown, rows, table, target_rows
from benchmarks.result import Result
from benchmarks.run import Failure
from tests.bench.results import result, run


def cells(found: Result, contender: str, size: int = 1000) -> dict[str, str]:
    (row,) = (row for row in rows(found) if row[:2] == (f"{size:,}", contender))
    return dict(zip(HEAD, row, strict=True))


def test_a_cell_has_the_time_and_the_ratio() -> None:
    found = result(run(OURS, Operation.UP, 5.0), run(OPENTOFU, Operation.UP, 20.0))
    assert cells(found, OURS)["up"] == "5.0 (0.25)"
    assert cells(found, OPENTOFU)["up"] == "20.0 (1.00)"


def test_what_cannot_be_done_is_empty() -> None:
    found = result(run(IMPORT, Operation.UP, 0.5))
    assert cells(found, IMPORT)["up"] == "0.5"
    assert cells(found, IMPORT)["preview"] == ""
    assert cells(found, IMPORT)["requests, up"] == ""
    assert [row[1] for row in rows(found)] == [IMPORT]


def test_a_failure_is_told() -> None:
    found = result(run(OURS, Operation.UP, 5.0))
    found.failures.append(Failure(OURS, 1000, 1, Operation.PREVIEW, "it `stopped`"))
    assert cells(found, OURS)["preview"] == "failed"
    assert "it `stopped`" in markdown(found)


def test_other_figures() -> None:
    found = result(
        run(OURS, Operation.UP, 5.0, peak_bytes=3 * 2**20, state_bytes=5 * 2**10, cpu_seconds=2),
        run(OURS, Operation.UP, 5.0, requests={"PUT queues": 1494}, round=0),
    )
    shown = cells(found, OURS)
    assert shown["CPU s, up"] == "2.0"
    assert shown["peak MiB"] == "3"
    assert shown["state KiB"] == "5"
    assert shown["requests, up"] == "1,494"
    assert "1,494 PUT queues" in markdown(found)


def test_the_table_fits_a_terminal() -> None:
    console = Console(width=200, file=StringIO(), record=True)
    found = result(run(OURS, Operation.UP, 5.0), run(OPENTOFU, Operation.UP, 20.0))
    console.print(table(HEAD, rows(found)))
    console.print(table(TARGETS_HEAD, target_rows(found), "Targets"))
    text = console.export_text()
    assert "5.0 (0.25)" in text
    assert "met" in text
    assert "not measured" in text


def test_the_page_names_its_surroundings() -> None:
    text = markdown(result(run(OURS, Operation.UP, 5.0)))
    assert "- machine: one" in text
    assert f"- {OURS}: as they come" in text
