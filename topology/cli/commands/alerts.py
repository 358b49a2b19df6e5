"""`alerts`: Prometheus rules and a Grafana dashboard from the topology."""

from __future__ import annotations

import json as jsonlib
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from ...alerts import dashboard as make_dashboard
from ...alerts import rules_document, scrape_document, unit_tests, watch
from ...problems import ConfigError
from ...render.yaml_text import yaml_text
from ..exit_code import ExitCode, UsageError
from ..findings import check_file
from ..options import Target, broker_facts
from ..pulumi.stack_state import selected_stack
from ..targets import find_targets
from ..terminal import note, print_json, write

_STDOUT = "-"


def alerts(  # noqa: PLR0913 - each is an option of its own
    target: Target = None,
    *,
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write the rules here; - is standard output."
        ),
    ] = _STDOUT,
    tests: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write unit tests of the rules, for promtool test."),
    ] = None,
    scrape: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write the scrape jobs that the rules need."),
    ] = None,
    dashboard: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write a Grafana dashboard.")
    ] = None,
    node: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST:PORT",
            help="Where rabbitmq_prometheus answers, for --scrape. May be given several times.",
        ),
    ] = None,
    job: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Scrape job of this broker; another broker's needs another name. The job for "
            "single queues is NAME-detailed.",
        ),
    ] = "rabbitmq",
    rabbitmq_version: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION",
            help="The broker's RabbitMQ, on which depends what it exports; by default the "
            "topology's own rabbitmq_version, or the newest that is known.",
        ),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print everything as one JSON document.")
    ] = False,
) -> ExitCode:
    """Write Prometheus alerting rules for the topology: dead letters, queues without consumers
    from or that come near their own limits, unroutable messages, nodes without a majority, shovels
    and federation links that are down. No broker is asked."""
    _check_outputs(output, tests, scrape, dashboard, json=json)
    chosen = target or selected_stack()
    (file,) = find_targets([chosen])
    finding = check_file(file, str(file), broker_facts(rabbitmq_version))
    if finding.checked is None or finding.errors:
        raise ConfigError(finding.problems)
    expanded = finding.checked.expanded
    watched = watch(expanded, finding.version, job)
    rules = rules_document(watched)
    drawn = make_dashboard(watched, expanded, f"RabbitMQ vhost {watched.series.vhost}")
    scraped = scrape_document(watched, node or ["localhost:15692"])
    if tests:
        write(tests, yaml_text(unit_tests(watched, _beside(output, tests))))
    if scrape:
        write(scrape, yaml_text(scraped))
    if dashboard:
        write(dashboard, jsonlib.dumps(drawn, indent=2, ensure_ascii=False) + "\n")
    if json:
        notes = list(watched.notes)
        print_json({"rules": rules, "scrape": scraped, "dashboard": drawn, "notes": notes})
    elif output != _STDOUT or _STDOUT not in (tests, scrape, dashboard):
        write(output, yaml_text(rules))
    for unwatched in watched.notes:
        note(f"note: {unwatched}")
    return ExitCode.FINE


def _check_outputs(output: str, *others: str | None, json: bool) -> None:
    claims = [other for other in others if other == _STDOUT]
    if json and output != _STDOUT:
        raise UsageError("--json prints the rules too; leave --output out")
    if len(claims) + json > 1:
        raise UsageError("only one of --tests, --scrape, --dashboard and --json can be printed")
    if claims and others[0] == _STDOUT and output == _STDOUT:
        raise UsageError("--tests - needs the rules in a file: name one with --output")


def _beside(output: str, tests: str) -> str:
    """The rule file as the tests name it, relative to themselves."""
    if output == _STDOUT:
        raise UsageError("--tests needs the rules in a file: name one with --output")
    folder: Any = Path() if tests == _STDOUT else Path(tests).parent
    return os.path.relpath(output, folder)
