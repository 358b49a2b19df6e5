"""A result as one table on the terminal, and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from rich import box
from rich.table import Table

from benchmarks.contenders.names import OPENTOFU
from benchmarks.operation import MEANING, SHARED, Operation
from benchmarks.result import Result, ratio
from benchmarks.targets import Verdict, verdicts
from topology.render import markdown as md

_MEBIBYTE = 2**20
_KIBIBYTE = 2**10
_SHOWN_KINDS = 4

Row = Sequence[str]
HEAD: Row = (
    "objects",
    "contender",
    *SHARED,
    "CPU s, up",
    "peak MiB",
    "state KiB",
    "requests, up",
)
TARGETS_HEAD: Row = ("target", "at most", "contender", "found", "")
PROGRAMS_HEAD: Row = ("objects", "contender", "operation", "CPU s", "by program")
REQUESTS_HEAD: Row = ("objects", "contender", "operation", "requests", "most of them")
NOTE = (
    f"Wall time in seconds, medians; in brackets the ratio to {OPENTOFU}. "
    "An empty cell: the contender cannot do this, or was not run at this size."
)


def rows(result: Result) -> Iterator[Row]:
    """A row for each size and contender."""
    for size in result.sizes:
        for name in result.settings:
            cells = [_timed(result, name, size, operation) for operation in SHARED]
            if failure := result.failure(name, size):
                cells[SHARED.index(failure.operation)] = "failed"
            if not any(cells):
                continue
            asked = result.requests(name, size, Operation.UP)
            yield (
                f"{size:,}",
                name,
                *cells,
                _number(result.cpu_seconds(name, size, Operation.UP)),
                _number(ratio(result.peak_bytes(name, size), _MEBIBYTE), 0),
                _number(ratio(result.state_bytes(name, size), _KIBIBYTE), 0),
                "" if asked is None else f"{asked.total():,}",
            )


def target_rows(result: Result) -> Iterator[Row]:
    """A row for each target."""
    for verdict in verdicts(result):
        target = verdict.target
        yield (
            target.what,
            f"{target.limit:g} {target.unit}",
            verdict.contender,
            "" if verdict.found is None else f"{verdict.found:.2f} {target.unit}",
            _word(verdict),
        )


def request_rows(result: Result) -> Iterator[Row]:
    """A row for each operation whose requests were counted."""
    for size, name, operation in product(result.sizes, result.settings, SHARED):
        asked = result.requests(name, size, operation)
        if asked is not None:
            most = ", ".join(f"{n:,} {k}" for k, n in asked.most_common(_SHOWN_KINDS))
            yield f"{size:,}", name, operation, f"{asked.total():,}", most


def program_rows(result: Result) -> Iterator[Row]:
    """A row for each operation: which program was busy, and how long."""
    for size, name, operation in product(result.sizes, result.settings, SHARED):
        total = result.cpu_seconds(name, size, operation)
        if total is not None:
            by = result.cpu_by_program(name, size, operation)
            shown = ", ".join(f"{seconds:.1f} {program}" for program, seconds in by.items())
            yield f"{size:,}", name, operation, f"{total:.1f}", shown


def table(head: Row, found: Iterator[Row], title: str = "") -> Table:
    """For the terminal: figures to the right."""
    shown = Table(title=title or None, box=box.SIMPLE_HEAD, title_justify="left")
    for name in head:
        words = name in {"contender", "target", "operation", "most of them", ""}
        shown.add_column(name, justify="left" if words else "right", no_wrap=not words)
    for row in found:
        shown.add_row(*row)
    return shown


def markdown(result: Result) -> str:
    """Everything, as a page."""
    parts = ["# Bench", _listed(result.surroundings), NOTE, md.table(HEAD, rows(result))]
    parts += ["## Targets", md.table(TARGETS_HEAD, target_rows(result))]
    parts += ["## CPU time by program", md.table(PROGRAMS_HEAD, program_rows(result))]
    if asked := list(request_rows(result)):
        parts += ["## Requests to the broker", md.table(REQUESTS_HEAD, asked)]
    parts += ["## Contenders", _listed(result.settings)]
    parts += ["## Operations", _listed({str(key): text for key, text in MEANING.items()})]
    for failure in result.failures:
        what = f"{failure.contender}, {failure.size:,} objects, {failure.operation}"
        parts += [f"Failed: {what}", md.block(failure.reason)]
    return "\n\n".join(parts) + "\n"


def _timed(result: Result, name: str, size: int, operation: Operation) -> str:
    seconds = result.seconds(name, size, operation)
    if seconds is None:
        return ""
    times = ratio(seconds, result.seconds(OPENTOFU, size, operation))
    return f"{seconds:.1f}" if times is None else f"{seconds:.1f} ({times:.2f})"


def _number(figure: float | None, digits: int = 1) -> str:
    return "" if figure is None else f"{figure:,.{digits}f}"


def _word(verdict: Verdict) -> str:
    return {None: "not measured", True: "met", False: "missed"}[verdict.met]


def _listed(entries: dict[str, str]) -> str:
    return "\n".join(f"- {name}: {text}" for name, text in entries.items())
