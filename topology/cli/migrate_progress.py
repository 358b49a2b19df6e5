"""How a migration is watched: bars on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from ..migrate.model import Event, Tell
from .terminal import is_plain, note


@contextmanager
def progress() -> Iterator[Tell]:
    """Everything goes to standard error: a line for each step, with its counts."""
    if is_plain(sys.stderr):
        yield lambda event: note(line(event))
        return
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bars:
        yield _Bars(bars)


def line(event: Event) -> str:
    """`packing: emptied: packing is empty (12000 moved, 8211 a second)`."""
    counts = [f"{event.moved} moved"] if event.moved is not None else []
    counts += [f"{event.rate:.0f} a second"] if event.rate else []
    if event.rate and event.ready:
        counts.append(f"{event.ready / event.rate:.0f} s left")
    text = f"{event.queue}: {event.step}: {event.text}"
    return f"{text} ({', '.join(counts)})" if counts else text


class _Bars:
    """One bar for each queue that messages leave; steps scroll by above."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        with self._lock:
            if not event.progress:
                self._bars.console.print(line(event), highlight=False, markup=False)
                task = self._tasks.pop(event.queue, None)
                if task is not None:
                    self._bars.remove_task(task)
                return
            if event.queue not in self._tasks:
                self._tasks[event.queue] = self._bars.add_task(event.queue, rate="")
            moved, ready = event.moved or 0, event.ready or 0
            self._bars.update(
                self._tasks[event.queue],
                description=event.text,
                completed=moved,
                total=moved + ready if event.ready is not None else None,
                rate=f"{event.rate:.0f}/s" if event.rate else "",
            )
