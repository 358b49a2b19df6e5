"""`keda`: KEDA ScaledObjects from the services."""

from __future__ import annotations

from typing import Annotated

import typer

from ...keda import Scaling, manifests, notes
from ...keda.keda import Mode
from ...problems import ConfigError
from ...render.yaml_text import yaml_text
from ..exit_code import ExitCode, UsageError
from ..findings import check_file
from ..options import Output, Target
from ..pulumi.stack_state import selected_stack
from ..targets import find_targets
from ..terminal import note as tell
from ..terminal import print_json, write


def keda(  # noqa: PLR0913 - each is an option of its own
    target: Target = None,
    *,
    output: Output = "-",
    namespace: Annotated[
        str, typer.Option("--namespace", "-n", metavar="NAME", help="Of the services' Deployments.")
    ] = "default",
    deployment: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="Name of a Deployment; {service} stands for the service's."
        ),
    ] = "{service}",
    minimum: Annotated[int, typer.Option("--min", min=0, help="Fewest replicas.")] = 1,
    maximum: Annotated[int, typer.Option("--max", min=1, help="Most replicas.")] = 10,
    value: Annotated[
        int,
        typer.Option(min=1, help="Messages for each replica; with --message-rate, each second."),
    ] = 20,
    message_rate: Annotated[
        bool,
        typer.Option(
            "--message-rate", help="Scale by what is published a second, not by what waits."
        ),
    ] = False,
    management_secret: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Secret whose MANAGEMENT_URL is https://USER:PASSWORD@HOST:PORT, for a user with "
            "the tag monitoring; without it, KEDA asks over AMQP as the service itself.",
        ),
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="Print the objects as JSON.")] = False,
) -> ExitCode:
    """Write a KEDA ScaledObject for each service that consumes, with a trigger for each of its
    queues. Credentials stay in the services' Secrets, which are only referred to. No broker is
    asked."""
    if json and output != "-":
        raise UsageError("--json prints; leave --output out")
    if minimum > maximum:
        raise UsageError("--min: is more than --max")
    if message_rate and not management_secret:
        raise UsageError("--message-rate: only the management API tells; add --management-secret")
    mode = Mode.MESSAGE_RATE if message_rate else Mode.QUEUE_LENGTH
    (file,) = find_targets([target or selected_stack()])
    finding = check_file(file, str(file), None)
    if finding.checked is None or finding.errors:
        raise ConfigError(finding.problems)
    expanded = finding.checked.expanded
    scaling = Scaling(namespace, deployment, minimum, maximum, mode, value, management_secret)
    objects = manifests(expanded, scaling)
    if json:
        print_json({"apiVersion": "v1", "kind": "List", "items": objects})
    else:
        write(output, "---\n".join(yaml_text(one) for one in objects))
    for one in notes(expanded, scaling):
        tell(f"note: {one}")
    return ExitCode.FINE
