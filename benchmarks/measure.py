"""What a command costs: wall time, and CPU time and memory of all of its processes together.

Memory is the sum of the resident sets of the command and all that it starts, sampled several times
a second: pages that processes share count once for each. CPU time is the same sum of what each
process was last seen to have used, or what the operating system has added up for the command and
the children it has waited for, whichever is more.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import IO

import psutil

from benchmarks.command import Command

SAMPLES_APART = 0.1
_LOOKS_APART = 0.02
_KIBIBYTE = 1024
_SHOWN_LINES = 12


class CommandFailed(Exception):
    """A command did not do its work; the message says how it ended and what it printed last."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used from start to end."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    cpu_by_program: dict[str, float]
    """As sampled, so that what a process did after the last sample is missing."""


def measure(command: Command, log: Path, limit: float) -> Usage:
    """Runs a command to its end. Raises `CommandFailed`."""
    with log.open("w") as output:
        started = time.perf_counter()
        process = _start(command, output)
        try:
            samples = _Samples(process.pid, limit)
            samples.start()
            try:
                _, status, own = os.wait4(process.pid, 0)
            except BaseException:
                samples.end()
                samples.kill()
                raise
        except BaseException:  # Whoever interrupts the bench does not mean to leave this behind.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        seconds = time.perf_counter() - started
        samples.end()
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0 or samples.stopped:
        reached = limit if samples.stopped else None
        raise CommandFailed(_failure(command, process.returncode, log, reached))
    return Usage(
        seconds,
        max(samples.cpu_seconds, own.ru_utime + own.ru_stime),
        max(samples.peak_bytes, own.ru_maxrss * _KIBIBYTE),
        samples.cpu_by_program(),
    )


def _start(command: Command, output: IO[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command.arguments,
        cwd=command.folder,
        env=os.environ | command.settings,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


class _Samples(threading.Thread):
    """Looks at a process and its descendants until told to end; ends them at a limit."""

    def __init__(self, pid: int, limit: float) -> None:
        super().__init__(daemon=True)
        self.peak_bytes = 0
        self.stopped = False
        """Whether the limit has ended the command."""
        self._root = psutil.Process(pid)
        self._deadline = time.monotonic() + limit
        self._cpu: dict[psutil.Process, tuple[str, float]] = {}
        self._ended = threading.Event()

    @property
    def cpu_seconds(self) -> float:
        return sum(self.cpu_by_program().values())

    def cpu_by_program(self) -> dict[str, float]:
        """Processes of the same program together, the busiest first."""
        found: defaultdict[str, float] = defaultdict(float)
        for program, seconds in self._cpu.values():
            found[program] += seconds
        return dict(sorted(found.items(), key=itemgetter(1), reverse=True))

    def run(self) -> None:
        while True:
            resident = 0
            for process in self._tree():
                with suppress(psutil.Error):
                    times = process.cpu_times()
                    self._cpu[process] = self._program(process), times.user + times.system
                    resident += process.memory_info().rss
            self.peak_bytes = max(self.peak_bytes, resident)
            if self._ended.wait(SAMPLES_APART):
                return
            if time.monotonic() > self._deadline:
                self.stopped = True
                self.kill()

    def _program(self, process: psutil.Process) -> str:
        """A process that is ending has lost its command line, and with it the end of its name."""
        name, (before, _) = process.name(), self._cpu.get(process, ("", 0.0))
        return before if before.startswith(name) else name

    def kill(self) -> None:
        """Kills the command and all that it has started, and returns when they have ended."""
        # A process may fork after it was listed, and before its signal arrives.
        while left := list(self._left()):
            for process in left:
                with suppress(psutil.Error):
                    process.send_signal(signal.SIGKILL)
            time.sleep(_LOOKS_APART)

    def _left(self) -> Iterator[psutil.Process]:
        """What has not ended, the command first: once its children have ended, it could end by
        itself, or start others. A process whose parent has ended is in no tree any more."""
        known = dict.fromkeys([*self._tree(), *self._cpu])
        for process in [*known, *(found for found in self._session() if found not in known)]:
            with suppress(psutil.Error):
                if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                    yield process

    def _session(self) -> Iterator[psutil.Process]:
        """The processes of the command's session, of which the command is the leader."""
        for process in psutil.process_iter():
            with suppress(ProcessLookupError):
                if os.getsid(process.pid) == self._root.pid:
                    yield process

    def end(self) -> None:
        self._ended.set()
        self.join()

    def _tree(self) -> Iterator[psutil.Process]:
        yield self._root
        with suppress(psutil.Error):
            yield from self._root.children(recursive=True)


def _failure(command: Command, code: int, log: Path, limit: float | None) -> str:
    """`limit` is the one at which the command was stopped, if it was."""
    called = " ".join(command.arguments)
    if limit is not None:
        return f"`{called}` was stopped at its limit of {limit:g} s"
    shown = "\n".join(log.read_text(errors="replace").splitlines()[-_SHOWN_LINES:])
    return f"`{called}` ended with {code}:\n{shown}"
