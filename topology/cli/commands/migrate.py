"""`migrate`: change what RabbitMQ calls immutable in a queue, and lose no message."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from ...broker import probe
from ...broker.connection import Connection
from ...expand.settings import Settled
from ...guard.occupancy import counted
from ...migrate.choice import retire
from ...migrate.plan import Plan, undone
from ...migrate.rate import measured
from ...migrate.run import Outcome, carry_out
from ...migrate.survey import survey
from ...migrate.terms import PATIENCE_SECONDS, Terms
from ...problems import ConfigError
from ...render.migration import plan_lines, undo_lines
from ...version import Version
from ..exit_code import ExitCode, UsageError
from ..migrate_progress import progress
from ..migrate_source import other_broker
from ..options import Stack
from ..planned import check_planned, planned_config
from ..pulumi.after_migration import apply_to_state
from ..pulumi.component import chosen_config
from ..pulumi.stack_state import selected_stack
from ..targets import stacks
from ..terminal import print_json, say


def migrate(  # noqa: PLR0913 - the options of the command
    queues: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[QUEUE]...",
            help="Queues as they are declared now; by default all that say migrate and differ.",
        ),
    ] = None,
    stack: Stack = None,
    component: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="A Topology component of the stack's program; by default the only one. A preview "
            "tells what the program declares for it now.",
        ),
    ] = None,
    *,
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="STACK",
            autocompletion=stacks,
            help="Bring the messages over from the broker of that stack, which stays as it is.",
        ),
    ] = None,
    source_uri: Annotated[
        str | None,
        typer.Option(
            "--from-uri",
            metavar="URI",
            help="Where the new broker reaches that one, amqp[s]://host[:port][?parameters], by "
            "default as clients do.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan only.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Carry the plan out unasked.")] = False,
    undo: Annotated[
        bool,
        typer.Option("--undo", help="Go back to the old queue, as long as it is not deleted."),
    ] = False,
    parallel: Annotated[
        int, typer.Option(min=1, max=32, help="How many queues are migrated at a time.")
    ] = 4,
    patience: Annotated[
        float,
        typer.Option(min=1, help="Seconds in which no message moves before a queue is given up."),
    ] = PATIENCE_SECONDS,
    measure: Annotated[
        bool,
        typer.Option("--measure", help="Measure the rate first, in a vhost made for that."),
    ] = False,
    retire_ha: Annotated[
        bool,
        typer.Option(
            "--retire-ha",
            help="Delete policies that only mirror (ha-*) once they apply to no queue any more.",
        ),
    ] = False,
    state: Annotated[
        bool,
        typer.Option(
            help="Bring the stack's state up to date afterwards: pulumi refresh and up --target."
        ),
    ] = True,
    json: Annotated[bool, typer.Option("--json", help="Print plan and outcome as JSON.")] = False,
) -> ExitCode:
    """Give queues another type, other arguments, another name or vhost while publishers go on: each
    is emptied into a parking queue, declared anew and filled again. The plan is shown first. A run
    that was broken off in any way is brought to its end by the same command. Exit code 3 if the
    plan is refused, 1 if a queue could not be brought to its end."""
    chosen = stack or selected_stack()
    config, component = chosen_config(chosen, component)
    config = planned_config(chosen, component, config)
    check_planned(config.topology).usable()
    with config.connection.management() as management:
        facts = probe(management)
        version = facts.version
        settled = check_planned(config.topology, facts).usable()
        old = other_broker(source, source_uri, chosen) if source else None
        asked = queues or ()
        plan = survey(management, settled, version, asked, parallel=parallel, source=old)
    if undo:
        plan = undone(plan)
    elif measure and plan.moves:
        plan = measured(plan, config.connection)
    report: dict[str, Any] = {"stack": chosen, "plan": plan.as_dict()}
    if not json:
        lines = undo_lines(plan) if undo else plan_lines(plan)
        sys.stdout.write("".join(f"{line}\n" for line in lines))
    for problem in plan.problems:
        say(f"error: {problem}")
    outcomes: list[Outcome] = []
    if not plan.problems and not dry_run and plan.moves:
        many = counted(len(plan.moves), "queue")
        _consent(f"{'Undo the migration of' if undo else 'Migrate'} {many}?", yes=yes)
        terms = Terms(parallel, patience, undo, old)
        outcomes = _carried_out(config.connection, plan, version, terms)
        if state and not undo:
            _apply(chosen, settled, outcomes, component)
        if retire_ha and not undo:
            report["retired"] = _retired(config.connection, settled)
    report["outcomes"] = [
        {"queue": outcome.move.target.queue, "done": not outcome.failure, "why": outcome.failure}
        for outcome in outcomes
    ]
    if json:
        print_json(report)
    if plan.problems:
        return ExitCode.REFUSED
    return ExitCode.ERRORS if any(outcome.failure for outcome in outcomes) else ExitCode.FINE


def _consent(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("not a terminal: --yes carries the plan out, --dry-run shows it")
    typer.confirm(question, abort=True, err=True)


def _carried_out(
    connection: Connection, plan: Plan, version: Version, terms: Terms
) -> list[Outcome]:
    moves = [planned.move for planned in plan.moves]
    with progress() as tell:
        return carry_out(connection, moves, version, tell, terms)


def _retired(connection: Connection, settled: Settled) -> list[str]:
    vhost, declared = settled.topology.vhost.name, settled.topology.policies
    with connection.management() as management:
        names = retire(management, vhost, declared)
    for name in names:
        say(f"Policy {name} mirrored queues, applied to none any more, and is deleted.")
    return names


def _apply(stack: str, settled: Settled, outcomes: list[Outcome], component: str | None) -> None:
    done = [outcome.move for outcome in outcomes if not outcome.failure]
    if not done:
        return
    say(f"The state of stack {stack} is brought up to date ...")
    try:
        apply_to_state(stack, settled, done, component)
    except ConfigError as error:
        for problem in error.problems:
            say(f"error: {problem}")
        say("The broker is as declared; only the state is not. Run: pulumi up --refresh")
        raise
    say("The state is as declared.")
