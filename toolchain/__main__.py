"""`python -m toolchain VERB`: what the Makefile's targets are made of."""

# ruff: noqa: E402
from __future__ import annotations

import signal

# While modules are loaded, Ctrl-C ends all without a traceback. Later, what was begun is put right.
_later = signal.signal(signal.SIGINT, signal.SIG_DFL)

import sys
from typing import Annotated

import typer

from . import dev_broker, dev_clean, environment
from . import engine as engines
from . import image as images
from . import series as release_series
from .console import say
from .debian import InstallError
from .dev_broker import BrokerError
from .dev_clean import CleanError
from .dev_stack import DevStackError
from .docker_broker import DockerError
from .engine import EngineError
from .engine_build import BuildError
from .image import ImageError
from .node import NodeError
from .probe import ForeignServiceError
from .series import SeriesError

EXPECTED = (
    BrokerError,
    BuildError,
    CleanError,
    DevStackError,
    DockerError,
    EngineError,
    ForeignServiceError,
    ImageError,
    InstallError,
    NodeError,
    SeriesError,
)

app = typer.Typer(
    help="Sets up what the program runs on: the Pulumi engine and a RabbitMQ.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
broker = typer.Typer(help="The RabbitMQ of the dev stack.", no_args_is_help=True)
app.add_typer(broker, name="broker")


@app.command()
def engine(
    *,
    recorded: Annotated[bool, typer.Option(help="Take the one found before, if any")] = False,
) -> None:
    """Find the Pulumi engine: on PATH, downloaded, or built from Go modules."""
    if recorded:
        engines.current()
    else:
        engines.find()


@app.command()
def env() -> None:
    """Print the shell lines that make a plain `pulumi` work here, for `eval`."""
    sys.stdout.write(environment.shell(engines.current()) + "\n")


@app.command()
def image(series: Annotated[list[str], typer.Argument(help="Such as 4.3")]) -> None:
    """Make local Docker images of RabbitMQ from Debian's packages; print their names."""
    for each in series:
        sys.stdout.write(images.provide(each).name + "\n")


@app.command()
def series(
    *, every: Annotated[bool, typer.Option(help="Of all series that are tested")] = False
) -> None:
    """Have the RabbitMQ that tests run on, the newest; print the images, newest first."""
    found = release_series.every() if every else release_series.newest()
    sys.stdout.write(found + "\n")


@broker.command()
def up() -> None:
    """Use the RabbitMQ at the dev stack's endpoint; start one if nothing answers there."""
    dev_broker.up()


@broker.command()
def down() -> None:
    """Stop the broker that `up` started, keeping its data."""
    dev_broker.down()


@broker.command()
def status() -> None:
    """Say what answers at the dev stack's endpoint; exit code 1 when nothing does."""
    if not dev_broker.status():
        raise typer.Exit(1)


@app.command()
def clean() -> None:
    """Remove the dev stack and the broker that was started for it, with its data."""
    dev_clean.clean()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, _later)
    try:
        app()
    except EXPECTED as error:
        say(f"error: {error}")
        raise SystemExit(1) from None
