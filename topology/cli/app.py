"""The command line: which verbs there are, and how their failures are told.

A verb is a module of `commands` with a function of the same name that returns an `ExitCode`. It
is imported when it is called, so that no verb waits for what another one needs.
"""

from __future__ import annotations

import os
import sys
from functools import wraps
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from .. import __version__
from ..command import SHORT
from ..problems import ConfigError
from .exit_code import ExitCode, UsageError
from .terminal import be_quiet, be_verbose, is_plain, say

VERBS: Final = {
    "adopt": "Import an existing broker or a definitions file into stacks.",
    "check": "Validate a stack file or a topology file, offline.",
    "gate": "Refuse a previewed plan that would lose messages.",
    "drift": "List every difference between the broker and the stack.",
    "graph": "Draw the topology: Mermaid, SVG, a page, or JSON.",
    "alerts": "Write Prometheus rules and a Grafana dashboard.",
    "migrate": "Change what is fixed in a queue and keep its messages.",
    "keda": "Write KEDA ScaledObjects for the services that consume.",
    "completion": "Print the completion script of a shell.",
    "schema": "Print the JSON Schema that editors complete against.",
    "verify": "Connect as each service and test its permissions.",
}

_INTERRUPTED = 130
_COMPLETE: Final = f"_{SHORT.replace('-', '_').upper()}_COMPLETE"
"""The variable by which a shell asks for completions."""


class _Verbs(TyperGroup):
    """Verbs by name and summary; only the one that is called is loaded."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, stub, rest = super().resolve_command(ctx, args)
        return name, _loaded(stub.name) if stub and stub.name else stub, rest


def _settings() -> dict[str, Any]:
    return {
        "add_completion": False,
        "pretty_exceptions_enable": False,
        "rich_markup_mode": None if is_plain(sys.stdout) else "rich",
        "context_settings": {"help_option_names": ["-h", "--help"]},
    }


def _loaded(verb: str) -> Any:
    function = getattr(import_module(f".commands.{verb}", __package__), verb)
    app = typer.Typer(**_settings())
    app.command(verb)(_exiting(function))
    return typer.main.get_command(app)


def _exiting(function: Any) -> Any:
    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> None:
        raise typer.Exit(function(*args, **kwargs))

    return run


def _app() -> typer.Typer:
    app = typer.Typer(
        cls=_Verbs,
        no_args_is_help=True,
        help="RabbitMQ topologies as Pulumi stacks: checked, drawn, compared and proven.",
        **_settings(),
    )
    app.callback()(_speak)
    for name, summary in VERBS.items():
        app.command(name, help=summary)(_stub)
    return app


def _print_version(asked: bool) -> None:  # noqa: FBT001 - as Typer calls it
    if asked:
        sys.stdout.write(f"{__version__}\n")
        raise typer.Exit


def _speak(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version of this package.",
            is_eager=True,
            callback=_print_version,
        ),
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Leave out progress and notes.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log each call of Pulumi and of the broker.")
    ] = False,
) -> None:
    """RabbitMQ topologies as Pulumi stacks: checked, drawn, compared and proven."""
    if quiet and verbose:
        raise UsageError("--quiet and --verbose exclude each other")
    if quiet:
        be_quiet()
    if verbose:
        be_verbose()


def _stub() -> None:
    """Stands for a verb until it is called."""


def main() -> None:
    """Runs the verb that the command line names, and exits with its code."""
    if _COMPLETE in os.environ:
        from typer._completion_classes import completion_init  # noqa: PLC0415 - for shells alone

        completion_init()
        _app()(prog_name=SHORT)
    try:
        _app()()
    except ConfigError as error:
        for problem in error.problems:
            say(f"error: {problem}")
        sys.exit(ExitCode.ERRORS)
    except UsageError as error:
        say(f"error: {error}")
        sys.exit(ExitCode.USAGE)
    except SystemExit as end:
        if end.code == _INTERRUPTED:
            say("interrupted")
        raise
