"""`drift`: everything in which the broker differs from what the stack declares."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from typing import Annotated

import typer
from rich.console import Console

from ...broker import BrokerReader, Management
from ...broker.state import VhostState
from ...check import check_layers
from ...command import COMMAND
from ...drift import Ignore, Report, compare
from ...drift.passwords import changed_passwords
from ...model import Topology
from ...problems import ConfigError, Problem
from ...render.drift_markdown import as_markdown
from ...render.drift_text import as_lines, print_table
from ..exit_code import ExitCode
from ..options import Component, Markdown, Stack
from ..pulumi.component import chosen_config
from ..pulumi.stack_config import generated_passwords
from ..pulumi.stack_state import selected_stack
from ..terminal import check_outputs, is_plain, note, print_json, say, write


def drift(
    stack: Stack = None,
    component: Component = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATTERN",
            help="Undeclared objects that are meant to be there, as in 'reply-*' or "
            "'queue:reply-*'. May be given several times; adds to the config dict's ignore_drift.",
        ),
    ] = None,
    *,
    restore_passwords: Annotated[
        bool,
        typer.Option(
            "--restore-passwords",
            help="Set the passwords of the stack's users on the broker again where they differ, "
            "which no update does: the provider cannot read them. Their tags and permissions are "
            "left as they are, and no connection is closed.",
        ),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the differences as JSON.")] = False,
    markdown: Markdown = None,
) -> ExitCode:
    """List every difference between the broker and what the stack declares, also what a refresh
    cannot see: tags, limits, passwords (by their hashes), and what is not declared. Nothing is
    changed, unless --restore-passwords is given. Exit code 3 on drift."""
    check_outputs(json=json, markdown=markdown)
    chosen = stack or selected_stack()
    config, component = chosen_config(chosen, component)
    with config.connection.management() as management:
        reader = BrokerReader(management)
        topology = check_layers(config.topology, reader.facts()).usable().topology
        passwords = _generated_passwords(chosen, component, topology)
        state = reader.state(topology.vhost.name)
        changed = changed_passwords(topology, state, passwords)
        if restore_passwords and changed:
            _restore(management, state, changed)
            state = BrokerReader(management).state(topology.vhost.name)
            changed = changed_passwords(topology, state, passwords)
        report = compare(
            topology,
            state,
            passwords=passwords,
            ignore=Ignore.of([*topology.ignore_drift, *(ignore or [])]),
            deployer=config.connection.username,
            version=reader.version(),
        )
    restore = _restoring(chosen, component) if changed else None
    if markdown:
        write(markdown, as_markdown(report, chosen))
    if json:
        print_json({"stack": chosen, **report.as_dict(), "restore_passwords": restore})
    elif markdown != "-":
        _tell(report)
        if restore:
            note(f"set passwords again on the broker, which no update does: {restore}")
    return ExitCode.REFUSED if report.drifted else ExitCode.FINE


def _generated_passwords(
    stack: str, component: str | None, topology: Topology
) -> Mapping[str, str]:
    """As far as they are to be had: without them, everything else is still compared."""
    if all(user.password or user.existing for user in topology.users.values()):
        return {}
    try:
        return generated_passwords(stack, component)
    except ConfigError as error:
        for problem in error.problems:
            say(f"warning: generated passwords are not compared: {problem}")
        return {}


def _restoring(stack: str, component: str | None) -> str:
    """The command that sets passwords again."""
    chosen = f" --component {shlex.quote(component)}" if component else ""
    return f"{COMMAND} drift --stack {shlex.quote(stack)}{chosen} --restore-passwords"


def _restore(management: Management, state: VhostState, changed: Mapping[str, str]) -> None:
    """Raises `ConfigError` where RabbitMQ refuses a password, as by a rule for its length."""
    for name, password in changed.items():
        tags = ",".join(state.users[name].tags)
        reason = management.put("users", name, body={"password": password, "tags": tags})
        if reason:
            message = f"RabbitMQ refuses the password of user {name}: {reason}"
            raise ConfigError([Problem(("users", name), message)])
        say(f"password of user {name} set again")


def _tell(report: Report) -> None:
    if is_plain(sys.stdout):
        sys.stdout.write(as_lines(report))
    else:
        print_table(report, Console())
