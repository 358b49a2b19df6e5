"""`check`: validate offline, every error at once, each with its place and what would be right."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Annotated

import typer

from ...version import BrokerFacts
from ..exit_code import ExitCode, UsageError
from ..findings import Finding, as_json, check_file, tell
from ..options import broker_facts
from ..show import effective
from ..targets import STDIN, find_targets, stacks, targets


def check(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE|STACK]",
            autocompletion=targets,
            help="A stack file, a topology file, a stack's name, or - for standard input; "
            "without any, every stack file of this folder.",
        ),
    ] = None,
    stack: Annotated[
        list[str] | None,
        typer.Option(
            "--stack", "-s", metavar="STACK", autocompletion=stacks, help="A stack by name."
        ),
    ] = None,
    *,
    show: Annotated[
        bool, typer.Option("--show", help="Print the effective topology, as YAML.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    rabbitmq_version: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION",
            help="Check for this RabbitMQ, such as 4.3; otherwise for the topology's own "
            "rabbitmq_version, or the newest that is known.",
        ),
    ] = None,
) -> ExitCode:
    """Validate a stack file or a topology file, offline: no broker is asked and nothing is
    changed. Exit code 1 if there are errors; warnings alone are fine."""
    gc.disable()  # what is read stays until the end: collecting would only look at it again
    files = find_targets([*(targets or []), *(stack or [])])
    if show and len(files) > 1:
        raise UsageError("--show shows one topology; name one file or stack")
    broker = broker_facts(rabbitmq_version)
    findings = [_look_at(file, broker) for file in files]
    if json:
        sys.stdout.write(as_json(findings, with_topology=show))
    else:
        tell(findings, sys.stderr if show else sys.stdout)
        if show:
            _print_effective(findings[0])
    return ExitCode.ERRORS if any(finding.errors for finding in findings) else ExitCode.FINE


def _look_at(file: Path, broker: BrokerFacts | None) -> Finding:
    if file == STDIN:
        return check_file(file, "<stdin>", broker, folder=Path.cwd())
    return check_file(file, str(file), broker)


def _print_effective(finding: Finding) -> None:
    if finding.checked and not finding.errors:
        sys.stdout.write(effective(finding.checked))
