"""`python -m benchmarks`: all contenders on one broker: a table, a picture, a file of results."""

from __future__ import annotations

import json
import os
import signal
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.contender import Contender
from benchmarks.contenders import opentofu
from benchmarks.contenders.field import contenders
from benchmarks.contenders.names import OPENTOFU
from benchmarks.course import Course, Turn, turns
from benchmarks.plot import plot
from benchmarks.report import HEAD, NOTE, TARGETS_HEAD, markdown, rows, table, target_rows
from benchmarks.result import Result
from benchmarks.run import Failure, Run
from benchmarks.surroundings import surroundings
from tests.support.brokers import Brokers
from tests.support.unavailable import Unavailable
from toolchain import engine as engines
from toolchain import environment
from toolchain.console import meter, say
from toolchain.engine import EngineError
from toolchain.folders import project_folder
from toolchain.go_build import BuildError

app = typer.Typer(
    help="What this program costs, beside other ways to the same topology.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_INHERITED = ("PULUMI_", "RABBITMQ_ENDPOINT", "RABBITMQ_USERNAME", "RABBITMQ_PASSWORD", "TF_")
"""Variables by which a person's shell would reach into the measurements."""


@app.command()
def run(
    sizes: Annotated[str, typer.Option(help="Numbers of objects, as in '4 100'")] = "4 100 1000",
    rounds: Annotated[int, typer.Option(min=1)] = 3,
    only: Annotated[
        list[str] | None, typer.Option(help="A contender, as the table names it")
    ] = None,
    broker: Annotated[str, typer.Option(help="Label of a broker; the newest if empty")] = "",
    count_up_to: Annotated[
        int, typer.Option(help="Objects up to which requests are counted, in an extra round")
    ] = 100,
    limit: Annotated[float, typer.Option(help="Seconds for a single command")] = 1800.0,
    out: Annotated[Path | None, typer.Option(help="Folder for the results")] = None,
) -> None:
    """Measure, print the table, and write result.json, result.md and result.svg."""
    # Whoever terminates the run gets what Ctrl-C gives: commands and brokers are ended.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    numbers = [int(size) for size in sizes.replace(",", " ").split()]
    now = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    folder = out or project_folder() / "bench" / now
    for name in [name for name in os.environ if name.startswith(_INHERITED)]:
        del os.environ[name]
    engine = engines.current()
    os.environ.update(environment.mapping(engine))
    tofu = _tofu(only)
    taking_part = _chosen(contenders(engine, tofu), only)
    with TemporaryDirectory(prefix="bench-") as scratch, ExitStack() as ending:
        found = Brokers(Path(scratch) / "brokers")
        ending.callback(found.end)
        on = found.get(broker) if broker else found.newest()
        result = Result(
            surroundings(engine, on, tofu=tofu is not None, rounds=rounds),
            {contender.name: contender.settings for contender in taking_part},
        )
        schedule = list(turns(taking_part, numbers, rounds, count_up_to))
        _measure(result, schedule, Course(on, Path(scratch) / "runs", limit), folder)
    show(folder / "result.json")


@app.command()
def show(file: Path) -> None:
    """Print the table of a result.json, and write its page and its picture beside it again."""
    result = Result.of_json(json.loads(file.read_text()))
    file.with_suffix(".md").write_text(markdown(result))
    console = Console(width=None if Console().is_terminal else 200)
    for name, text in result.surroundings.items():
        console.print(f"{name}: {text}", markup=False)
    console.print(table(HEAD, rows(result)), NOTE)
    console.print(table(TARGETS_HEAD, target_rows(result), "Targets"))
    for failure in result.failures:
        called = f"{failure.contender}, {failure.size} objects, {failure.operation}"
        console.print(f"failed: {called}: {failure.reason}", markup=False)
    try:
        plot(result, file.with_suffix(".svg"))
    except ImportError:
        say("No picture: matplotlib is not installed (benchmarks/requirements.txt).")
    say(f"Results are in {file.parent}")


def _tofu(only: list[str] | None) -> Path | None:
    """The programs of OpenTofu, built unless it is left out or cannot be built here."""
    if only and OPENTOFU not in only:
        return opentofu.built()
    try:
        return opentofu.build()
    except BuildError as error:
        say(f"Without OpenTofu, which cannot be built: {error}")
        return None


def _chosen(found: list[Contender], only: list[str] | None) -> list[Contender]:
    names = [contender.name for contender in found]
    for name in only or []:
        if name not in names:
            raise typer.BadParameter(f"{name} is none of: {', '.join(names)}", param_hint="--only")
    return [contender for contender in found if not only or contender.name in only]


def _measure(result: Result, schedule: list[Turn], course: Course, folder: Path) -> None:
    """Takes all turns; what is found so far is kept after each."""
    course.folder.mkdir(parents=True)
    folder.mkdir(parents=True, exist_ok=True)
    with meter("bench") as progress:
        progress.expect(len(schedule))
        for turn in schedule:
            for found in course.take(turn):
                _tell(found)
                if isinstance(found, Run):
                    result.runs.append(found)
                else:
                    result.failures.append(found)
            progress.advance()
            (folder / "result.json").write_text(json.dumps(result.as_json(), indent=1))


def _tell(found: Run | Failure) -> None:
    where = f"  {found.size:,} objects, round {found.round}, {found.contender}, {found.operation}"
    if isinstance(found, Failure):
        say(f"{where}: failed: {found.reason}")
    elif found.round:
        say(f"{where}: {found.seconds:.1f} s")
    else:
        say(f"{where}: {sum(found.requests.values()):,} requests")


if __name__ == "__main__":
    try:
        app()
    except (BuildError, EngineError, Unavailable) as error:
        say(f"error: {error}")
        raise SystemExit(1) from None
