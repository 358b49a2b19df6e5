"""What the commands say while they work: on stderr, so that stdout stays for results."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

console = Console(stderr=True, highlight=False)
PLAIN_SECONDS = 10.0


def say(text: str) -> None:
    """One line for the person watching; never wrapped, never read as markup."""
    console.print(text, markup=False, soft_wrap=True)


class Meter:
    """How far a long step is: a live bar on a terminal, a line now and then elsewhere."""

    def __init__(self, title: str, progress: Progress | None) -> None:
        self.title = title
        self.done = 0
        self.total: int | None = None
        self._progress = progress
        self._task: TaskID | None = progress.add_task(title, total=None) if progress else None
        self._started = self._spoken = time.monotonic()

    def expect(self, total: int) -> None:
        """How much there is, once it is known."""
        self.total = total
        self._show()

    def advance(self) -> None:
        """One more is done."""
        self.done += 1
        self._show()

    def _show(self) -> None:
        if self._progress and self._task is not None:
            self._progress.update(self._task, completed=self.done, total=self.total)
            return
        now = time.monotonic()
        if now - self._spoken >= PLAIN_SECONDS:
            self._spoken = now
            of = f" of {self.total}" if self.total else ""
            say(f"  {self.title}: {self.done}{of}, {now - self._started:.0f} s")


@contextmanager
def meter(title: str) -> Iterator[Meter]:
    """Show a long step from its begin to its end, with the time it took."""
    started = time.monotonic()
    if console.is_terminal:
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bar:
            yield Meter(title, bar)
    else:
        say(f"  {title} ...")
        yield Meter(title, None)
    say(f"  {title}: done in {time.monotonic() - started:.0f} s")
