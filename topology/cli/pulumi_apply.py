"""Brings the state of a stack up to date with what a migration has made of the broker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from topology.cli.pulumi import run_pulumi, stack_resources
from topology.declare.logical_name import binding_name, logical_name
from topology.expand.settings import Settled
from topology.migrate.move import Move
from topology.problems import ConfigError, Problem

_TYPES: Final = {
    "Queue": "rabbitmq:index/queue:Queue",
    "Policy": "rabbitmq:index/policy:Policy",
    "Binding": "rabbitmq:index/binding:Binding",
}
_STACK: Final = "pulumi:pulumi:Stack"


def apply_to_state(stack: str, settled: Settled, moves: Iterable[Move]) -> None:
    """`pulumi up --refresh`, of the queues that were migrated, their bindings and policies only:
    whatever else the config changes is left to the next `pulumi up`. Raises `ConfigError`."""
    resources = stack_resources(stack)
    prefix = _prefix(resources, stack)
    targets = sorted({urn for move in moves for urn in _targets(move, settled, resources, prefix)})
    arguments = [word for urn in targets for word in ("--target", urn)]
    run_pulumi(
        "bring the state up to date",
        ["up", "--stack", stack, "--yes", "--skip-preview", "--refresh", *arguments],
    )


def _prefix(resources: list[dict[str, Any]], stack: str) -> str:
    for resource in resources:
        if resource.get("type") == _STACK:
            found: str = resource["urn"]
            return found.rpartition(f"::{_STACK}::")[0]
    raise ConfigError([Problem((), f"stack {stack} was never applied", "run pulumi up")])


def _targets(
    move: Move, settled: Settled, resources: list[dict[str, Any]], prefix: str
) -> Iterator[str]:
    """What is declared, and what the state has of the old queue."""
    vhost, queue = move.target.vhost, move.target.queue
    yield f"{prefix}::{_TYPES['Queue']}::{logical_name(vhost, queue)}"
    for name in move.policies:
        yield f"{prefix}::{_TYPES['Policy']}::{logical_name(vhost, name)}"
    for binding in settled.topology.bindings:
        if binding.destination_type == "queue" and binding.destination == queue:
            yield f"{prefix}::{_TYPES['Binding']}::{binding_name(vhost, binding)}"
    for resource in resources:
        if resource.get("type") in _TYPES.values() and _is_of(move, resource.get("inputs") or {}):
            yield resource["urn"]


def _is_of(move: Move, inputs: dict[str, Any]) -> bool:
    own = {move.origin.queue, move.target.queue}
    if inputs.get("vhost") not in (move.origin.vhost, move.target.vhost):
        return False
    if "destination" in inputs:
        return inputs.get("destinationType") == "queue" and inputs["destination"] in own
    return inputs.get("name") in own | {f"queue.{name}" for name in own}
