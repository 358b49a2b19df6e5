"""`graph`: draw the topology."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ...expand import Expanded
from ...graph import MOST_EDGES, build_graph, to_json, to_mermaid, to_page, to_svg
from ...graph.health import Health
from ...problems import ConfigError
from ..exit_code import ExitCode, UsageError
from ..findings import check_file
from ..options import Output, Target
from ..pulumi.stack_state import selected_stack
from ..targets import find_targets
from ..terminal import note, write


class Form(StrEnum):
    MERMAID = "mermaid"
    SVG = "svg"
    HTML = "html"
    JSON = "json"


_BY_SUFFIX = {".svg": Form.SVG, ".html": Form.HTML, ".htm": Form.HTML, ".json": Form.JSON}


def graph(
    target: Target = None,
    *,
    output: Output = "-",
    form: Annotated[
        Form | None,
        typer.Option(
            "--format",
            "-f",
            help="mermaid for pull requests and wikis, svg, a self-contained html page, "
            "or json; by default what the name of the output says, else mermaid.",
        ),
    ] = None,
    live: Annotated[
        bool,
        typer.Option(
            "--live",
            help="Ask the stack's broker how its queues are, and mark those "
            "that should be looked at.",
        ),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> ExitCode:
    """Draw services, exchanges, queues, and the ways of messages between them. Without --live, no
    broker is asked."""
    chosen = target or selected_stack()
    (file,) = find_targets([chosen])
    finding = check_file(file, str(file), None)
    if finding.checked is None or finding.errors:
        raise ConfigError(finding.problems)
    expanded = finding.checked.expanded
    if json and form not in (None, Form.JSON):
        raise UsageError("--json and --format exclude each other")
    health = _health(chosen, expanded) if live else None
    drawn = build_graph(expanded, health)
    chosen_form = Form.JSON if json else form or _BY_SUFFIX.get(Path(output).suffix, Form.MERMAID)
    if chosen_form is Form.HTML:
        text = to_page(drawn, f"as of {datetime.now(UTC):%Y-%m-%d %H:%M} UTC" if live else "")
    elif chosen_form is Form.JSON:
        text = to_json(drawn)
    else:
        text = to_svg(drawn) if chosen_form is Form.SVG else to_mermaid(drawn)
    if chosen_form is Form.MERMAID and len(drawn.edges) > MOST_EDGES:
        count = f"note: Mermaid draws {MOST_EDGES} lines, and this has {len(drawn.edges)}"
        note(f"{count}; use -o graph.html")
    write(output, text)
    return ExitCode.FINE


def _health(stack: str, expanded: Expanded) -> Mapping[str, Health]:
    # Only this needs Pulumi and HTTP: a picture of what is declared is drawn without either.
    from ...broker import BrokerReader  # noqa: PLC0415
    from ...graph.live import read_health  # noqa: PLC0415
    from ..pulumi.stack_config import stack_config  # noqa: PLC0415

    with stack_config(stack).connection.management() as management:
        return read_health(BrokerReader(management), expanded)
