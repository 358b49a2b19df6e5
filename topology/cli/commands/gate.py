"""`gate`: refuse a previewed plan that would lose messages, and say why where it is reviewed."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from ...check import check_layers
from ...gate import Answers, Plan, Verdict, ask, judge, read_plan, unlike
from ...problems import ConfigError, Problem
from ...render.gate_json import as_dict
from ...render.gate_markdown import as_markdown
from ...render.gate_text import as_lines, print_table
from ..exit_code import ExitCode
from ..gate_components import answers_of_components
from ..options import Markdown, Stack
from ..pulumi.component import components
from ..pulumi.stack_config import stack_config
from ..pulumi.stack_state import selected_stack, stack_settings
from ..stack_keys import TOPOLOGY
from ..terminal import check_outputs, is_plain, print_json, write

_STDIN: Final = "-"


def gate(
    plan: Annotated[
        str,
        typer.Argument(
            metavar="[PLAN]",
            help="What `pulumi preview --json` printed, also where it failed; - is standard input.",
        ),
    ] = _STDIN,
    stack: Stack = None,
    markdown: Markdown = None,
    *,
    reviewed: Annotated[
        str | None,
        typer.Option(
            metavar="PLAN",
            help="The plan that was reviewed: one that does anything else is refused.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the verdict as JSON.")] = False,
) -> ExitCode:
    """Read a preview, ask the broker what is in its queues now, and list what is created, changed,
    replaced, deleted and retained. Nothing is changed. Exit code 3 if the plan would lose messages,
    if the preview failed, if the broker could not be asked about a deletion, or if the plan is not
    the one that was reviewed."""
    check_outputs(json=json, markdown=markdown)
    previewed = read_plan(_text(plan))
    chosen = stack or selected_stack()
    verdict = judge(previewed, _answers(previewed, chosen))
    if reviewed is not None:
        differing = tuple(unlike(previewed, read_plan(_text(reviewed))))
        verdict = replace(verdict, unreviewed=differing)
    if markdown:
        write(markdown, as_markdown(verdict, chosen))
    if json:
        print_json({"stack": chosen, **as_dict(verdict)})
    elif markdown != "-":
        _tell(verdict)
    return ExitCode.REFUSED if verdict.refused else ExitCode.FINE


def _answers(plan: Plan, stack: str) -> Answers:
    try:
        settings = stack_settings(stack)
        if TOPOLOGY not in settings and (applied := components(stack)):
            return answers_of_components(plan, applied)
        config = stack_config(stack, settings)
        if config.offline:
            return Answers(unasked="rabbitmq-topology:offline is set")
        topology = check_layers(config.topology).usable().topology
    except ConfigError:
        if not plan.failures:
            raise
        # The preview failed for the same reasons, and has told them.
        return Answers(unasked="the stack's config is not valid")
    return ask(plan, topology, config.connection)


def _text(source: str) -> str:
    try:
        return sys.stdin.read() if source == _STDIN else Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise ConfigError([Problem((), f"{source} cannot be read: {reason}")]) from None


def _tell(verdict: Verdict) -> None:
    if is_plain(sys.stdout):
        sys.stdout.write(as_lines(verdict))
    else:
        print_table(verdict, Console())
