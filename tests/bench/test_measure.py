"""What a command costs, its descendants included."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from benchmarks.command import Command
from benchmarks.measure import CommandFailed, measure
from toolchain.folders import PROJECT

MEBIBYTE = 2**20

HUNGRY = """
import pathlib, subprocess, sys, time
if len(sys.argv) > 1:
    held = bytearray(b"x") * (100 * 2**20)
    end = time.process_time() + 0.5
    while time.process_time() < end:
        pass
    pathlib.Path(sys.argv[1]).touch()
    while not all(pathlib.Path(name).exists() for name in ("first", "second")):
        time.sleep(0.01)
    time.sleep(1)
else:
    names = ("first", "second")
    children = [subprocess.Popen([sys.executable, sys.argv[0], name]) for name in names]
    sys.exit(sum(child.wait() for child in children))
"""

STUBBORN = """
import subprocess, sys, time
print("begun", flush=True)
subprocess.run([sys.executable, "-c", "import time; time.sleep(600)"])
"""


def command(tmp_path: Path, program: str, *arguments: str) -> Command:
    file = tmp_path / "program.py"
    file.write_text(program)
    return Command((sys.executable, str(file), *arguments), tmp_path, {"GIVEN": "by the test"})


ORPHANED = """
import os, time
if not os.fork():
    if os.fork():
        os._exit(0)
time.sleep(600)
"""
"""What goes on has lost its parent, within less than the time between two samples."""


def running_in(folder: Path) -> list[int]:
    found = psutil.process_iter(["cwd"])
    return [process.pid for process in found if process.info["cwd"] == str(folder)]


def limit_reached_when(monkeypatch: pytest.MonkeyPatch, reached: Callable[[], bool]) -> None:
    """Lets the clock of `measure` jump over every limit, instead of waiting for it."""
    clock = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: clock() + (3600 if reached() else 0))


def test_children_count(tmp_path: Path) -> None:
    usage = measure(command(tmp_path, HUNGRY), tmp_path / "log", 60)
    assert usage.peak_bytes > 200 * MEBIBYTE
    assert usage.cpu_seconds >= 1.0
    assert usage.seconds >= 1.0
    assert sum(usage.cpu_by_program.values()) <= usage.cpu_seconds + 0.1


def test_variables_and_folder_are_those_of_the_command(tmp_path: Path) -> None:
    program = "import os; print(os.environ['GIVEN'], os.getcwd())"
    measure(command(tmp_path, program), tmp_path / "log", 60)
    assert (tmp_path / "log").read_text() == f"by the test {tmp_path}\n"


def test_a_failure_shows_what_was_printed(tmp_path: Path) -> None:
    program = "import sys; print('no such broker'); sys.exit(3)"
    with pytest.raises(CommandFailed, match=r"ended with 3:\nno such broker"):
        measure(command(tmp_path, program), tmp_path / "log", 60)


def test_what_takes_too_long_is_ended_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_reached_when(monkeypatch, lambda: len(running_in(tmp_path)) == 2)
    with pytest.raises(CommandFailed, match="stopped at its limit of 600 s"):
        measure(command(tmp_path, STUBBORN), tmp_path / "log", 600)
    assert (tmp_path / "log").read_text() == "begun\n"
    assert not running_in(tmp_path)


def test_what_has_lost_its_parent_is_ended_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_reached_when(monkeypatch, lambda: len(running_in(tmp_path)) == 2)
    with pytest.raises(CommandFailed, match="stopped at its limit of 600 s"):
        measure(command(tmp_path, ORPHANED), tmp_path / "log", 600)
    assert not running_in(tmp_path)


def test_an_interrupted_bench_leaves_nothing_behind(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from benchmarks.command import Command; "
        "from benchmarks.measure import measure; import signal; "
        "signal.signal(signal.SIGTERM, signal.default_int_handler); "
        "folder = Path(sys.argv[1]); "
        "measure(Command((sys.executable, str(folder / 'program.py')), folder), folder / 'log', 60)"
    )
    command(tmp_path, STUBBORN)
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], cwd=PROJECT, stderr=subprocess.PIPE
    ) as bench:
        for _ in range(600):
            if (tmp_path / "log").exists() and len(running_in(tmp_path)) == 2:
                break
            time.sleep(0.1)
        bench.terminate()
    assert bench.returncode != 0
    assert not running_in(tmp_path)
