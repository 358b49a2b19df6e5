"""`adopt`: an existing broker, or a definitions file, becomes stacks that change nothing."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from ...adopt import Found, Selection, Users
from ...problems import ConfigError
from ..adopt_import import import_stack
from ..adopt_report import as_dict, as_text
from ..adopt_source import Source
from ..adopt_write import Plan, make_plans, write_plans
from ..exit_code import ExitCode, UsageError
from ..options import broker_facts
from ..state_backup import ANY_ENGINE
from ..terminal import print_json

_ENDPOINT = "http://localhost:15672"
_AMQP_ENDPOINT = "amqp://localhost:5672"


def adopt(  # noqa: PLR0913, PLR0917 - the options of a verb
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="A definitions file, as `rabbitmqctl export_definitions` writes it. Without one, "
            "the broker is asked.",
        ),
    ] = None,
    endpoint: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            envvar="RABBITMQ_ENDPOINT",
            help=f"The management API; by default {_ENDPOINT}.",
        ),
    ] = None,
    username: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            envvar="RABBITMQ_USERNAME",
            help="A user with the tag administrator. Its password comes from RABBITMQ_PASSWORD.",
        ),
    ] = "guest",
    amqp_endpoint: Annotated[
        str, typer.Option(metavar="URL", help="Where clients connect.")
    ] = _AMQP_ENDPOINT,
    vhost: Annotated[
        list[str] | None,
        typer.Option(metavar="VHOST", help="Only this vhost. May be given several times."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATTERN",
            help="Adopt only what matches, as in 'orders.*' or 'queue:orders.*'; bindings go with "
            "their ends. May be given several times.",
        ),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option("--except", metavar="PATTERN", help="Leave out what matches."),
    ] = None,
    stack: Annotated[
        str | None,
        typer.Option(
            "--stack",
            "-s",
            metavar="STACK",
            help="Name of the stack; with several vhosts, the beginning of each name. By default "
            "the vhost's.",
        ),
    ] = None,
    folder: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where to write the files.")
    ] = Path(),
    rabbitmq_version: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION",
            help="The RabbitMQ that a definitions file is meant for, such as 4.3.",
        ),
    ] = None,
    users: Annotated[
        Users,
        typer.Option(
            help="How users are declared. existing: made elsewhere. hashes: the same, with a "
            "definitions file that makes them on a new broker with the passwords that they have. "
            "generated: made by the stack, with generated passwords; for a definitions file only.",
        ),
    ] = Users.EXISTING,
    import_file: Annotated[
        Path | None,
        typer.Option(
            "--import",
            metavar="FILE",
            help="Take what this import file names into the state of --stack.",
        ),
    ] = None,
    *,
    existing_vhost: Annotated[
        bool,
        typer.Option(
            "--existing-vhost",
            help="Refer to the vhost instead of managing it: other stacks use it too.",
        ),
    ] = False,
    any_engine: Annotated[
        bool,
        typer.Option(
            ANY_ENGINE,
            help="With --import: go on with a version of Pulumi that was not tried.",
        ),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite stack files.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON.")] = False,
) -> ExitCode:
    """Write one stack file and one import file for each vhost of an existing broker, and list what
    is left out. Then, with --import, take it into a stack's state. Nothing on the broker is ever
    changed, and the first preview is empty."""
    if import_file is not None:
        if stack is None:
            raise UsageError("--import needs --stack")
        return import_stack(stack, import_file, json=json, any_engine=any_engine)
    if users is Users.GENERATED and file is None:
        raise UsageError(
            "--users generated needs FILE: on the broker that has these users, their passwords "
            "would change"
        )
    source = Source(
        file=file,
        endpoint=endpoint or _ENDPOINT,
        username=username,
        password=os.environ.get("RABBITMQ_PASSWORD"),
        amqp_endpoint=amqp_endpoint,
    )
    meant = broker_facts(rabbitmq_version)
    found = source.read(vhost or [], meant.version if meant else None)
    selection = Selection.of(only or [], without or [], users=users, existing_vhost=existing_vhost)
    plans = _plans(source, found, selection, stack)
    write_plans(plans, folder, force=force)
    if json:
        print_json(as_dict(plans, found, folder))
    else:
        sys.stdout.write(as_text(plans, found, folder))
    return ExitCode.ERRORS if any(plan.problems for plan in plans) else ExitCode.FINE


def _plans(source: Source, found: Found, selection: Selection, stack: str | None) -> list[Plan]:
    plans = make_plans(source, found, selection, stack)
    if plans and all(plan.adoption is None for plan in plans):
        raise ConfigError([problem for plan in plans for problem in plan.problems])
    return plans
