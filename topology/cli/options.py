"""Options and arguments that several commands take."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from ..version import OLDEST, BrokerFacts, Version
from .exit_code import UsageError
from .targets import stacks, targets

Target: TypeAlias = Annotated[
    str | None,
    typer.Argument(
        metavar="[FILE|STACK]",
        autocompletion=targets,
        help="A stack file, a topology file or a stack's name; by default the selected stack.",
    ),
]
Output: TypeAlias = Annotated[
    str,
    typer.Option("--output", "-o", metavar="FILE", help="Write here; - is standard output."),
]
Stack: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--stack",
        "-s",
        metavar="STACK",
        autocompletion=stacks,
        help="The stack; by default the selected.",
    ),
]
Component: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="A Topology component of the stack's program; by default the only one.",
    ),
]
Markdown: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Write Markdown to this file; - is standard output."),
]


def broker_facts(text: str | None) -> BrokerFacts | None:
    """The broker that is meant, or None where none is named. Raises `UsageError`."""
    if text is None:
        return None
    try:
        version = Version.parse(text)
    except ValueError:
        message = "--rabbitmq-version: is not a RabbitMQ version such as 4.3 or 3.13.7"
        raise UsageError(message) from None
    if version < OLDEST:
        message = f"--rabbitmq-version: RabbitMQ {OLDEST} is the oldest that is known"
        raise UsageError(message)
    return BrokerFacts(version)
