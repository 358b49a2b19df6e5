"""A result as a picture: time by number of objects, a panel for each operation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.operation import SHARED, Operation
from benchmarks.result import Result

_COLUMNS = 3
_SIZE = (13.0, 7.0)


def plot(result: Result, file: Path) -> None:
    """Writes the picture, in the format that the file's name asks for."""
    # Imported here, since it takes longer than all else, and is not there in most virtualenvs.
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=_SIZE, layout="constrained")
    panels = figure.subplots(len(SHARED) // _COLUMNS, _COLUMNS, sharex=True, sharey=True)
    handles: dict[str, Any] = {}
    for panel, operation in zip(panels.flat, SHARED, strict=True):
        panel.set(title=str(operation), xscale="log", yscale="log")
        panel.set(xlabel="objects", ylabel="seconds")
        panel.grid(visible=True, which="major", alpha=0.3)
        for number, name in enumerate(result.settings):
            if points := _points(result, name, operation):
                sizes, seconds = zip(*points, strict=True)
                (line,) = panel.plot(sizes, seconds, marker="o", color=f"C{number}")
                handles[name] = line
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=_COLUMNS)
    shown = ("machine", "broker", "rounds", "when")
    lines = (f"{key}: {result.surroundings[key]}" for key in shown if key in result.surroundings)
    figure.suptitle("\n".join(lines), fontsize=8)
    figure.savefig(file)


def _points(result: Result, name: str, operation: Operation) -> list[tuple[int, float]]:
    found = ((size, result.seconds(name, size, operation)) for size in result.sizes)
    return [(size, seconds) for size, seconds in found if seconds is not None]
