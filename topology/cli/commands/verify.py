"""`verify`: connect as each service, and prove what it may and may not do."""

from __future__ import annotations

import json as jsonlib
import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from ...broker.connection import Connection
from ...check import Checked, check_layers
from ...problems import ConfigError
from ...stack_config import StackConfig
from ...verify import Outcome, prove
from ...verify.plan import acts
from ..exit_code import ExitCode, UsageError
from ..findings import check_file
from ..options import Component
from ..pulumi.component import chosen_config, services_of
from ..pulumi.stack_state import stack_outputs
from ..targets import find_targets, stacks
from ..terminal import is_plain, note


def verify(
    stack: Annotated[
        str,
        typer.Option(
            "--stack", "-s", metavar="STACK", autocompletion=stacks, help="The stack, once applied."
        ),
    ],
    component: Component = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print the outcomes as JSON.")] = False,
) -> ExitCode:
    """Connect as each service with its URL and test what it may and may not do. Safe on a
    production vhost: publishing is rolled back, consuming is asked for and refused before a
    message moves, declared queues are exclusive and gone at once. Exit code 1 if a right is
    missing or too many are there."""
    config, component = chosen_config(stack, component)
    checked = _checked(stack) if component is None else _checked_component(config)
    access = checked.expanded.access
    what = f"stack {stack}" if component is None else f"Topology {component}"
    if not access:
        raise UsageError(f"{what} declares no services; there is nothing to verify")
    services = (
        stack_outputs(stack).get("services", {})
        if component is None
        else services_of(stack, component)
    )
    missing = sorted(set(access) - set(services))
    if missing:
        raise UsageError(f"not applied yet: {', '.join(missing)}; run pulumi up")
    note(f"Connecting as {len(access)} services; no message is published or consumed.")
    outcomes = dict(_outcomes(checked, services, config.connection))
    if json:
        sys.stdout.write(_as_json(outcomes))
    else:
        _tell(outcomes)
    right = all(outcome.right for found in outcomes.values() for outcome in found)
    return ExitCode.FINE if right else ExitCode.ERRORS


def _checked(stack: str) -> Checked:
    (file,) = find_targets([stack])
    finding = check_file(file, str(file), None)
    if finding.checked is None or finding.errors:
        raise ConfigError(finding.problems)
    return finding.checked


def _checked_component(config: StackConfig) -> Checked:
    checked = check_layers(config.topology)
    checked.usable()
    return checked


def _outcomes(
    checked: Checked, services: dict[str, Any], connection: Connection
) -> Iterator[tuple[str, tuple[Outcome, ...]]]:
    topology = checked.expanded.settled.topology
    for name, access in checked.expanded.access.items():
        planned = acts(access, topology)
        yield name, tuple(prove(connection.amqp(services[name]["url"]), planned))


def _as_json(outcomes: dict[str, tuple[Outcome, ...]]) -> str:
    rows = [
        {
            "service": service,
            "act": str(outcome.act.deed),
            "target": outcome.act.target,
            "routing_key": outcome.act.routing_key,
            "allowed": outcome.act.allowed,
            "permitted": outcome.permitted,
            "note": outcome.note,
            "right": outcome.right,
        }
        for service, found in outcomes.items()
        for outcome in found
    ]
    document = {"ok": all(row["right"] for row in rows), "acts": rows}
    return jsonlib.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _tell(outcomes: dict[str, tuple[Outcome, ...]]) -> None:
    rows = [
        (service, str(outcome.act), _verdict(outcome), outcome.right)
        for service, found in outcomes.items()
        for outcome in found
    ]
    if is_plain(sys.stdout):
        for service, act, verdict, right in rows:
            sys.stdout.write(f"{'ok   ' if right else 'WRONG'}  {service}: {act}: {verdict}\n")
    else:
        _tell_prettily(rows)
    wrong = sum(not right for *_, right in rows)
    sys.stdout.write(f"{len(rows)} acts tried, {wrong} with the wrong outcome\n")


def _tell_prettily(rows: list[tuple[str, str, str, bool]]) -> None:
    from rich.console import Console  # noqa: PLC0415 - not needed where output is plain
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table("", "service", "act", "outcome")
    for service, act, verdict, right in rows:
        mark = "[green]✓[/]" if right else "[bold red]✗[/]"
        table.add_row(mark, escape(service), escape(act), escape(verdict))
    Console().print(table)


def _verdict(outcome: Outcome) -> str:
    if outcome.permitted is None:
        return f"could not be tried: {outcome.note}"
    said = "permitted" if outcome.permitted else "refused"
    if outcome.right:
        return said
    return f"{said}, but should not be" + (f" ({outcome.note})" if outcome.note else "")
