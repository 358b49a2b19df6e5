"""Brings the state of a stack up to date with what a migration has made of the broker."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from ...declare.logical_name import binding_name, logical_name
from ...expand.settings import Settled, generated_policy_name
from ...migrate.move import Move, Way
from ...model.binding import Binding
from ...problems import ConfigError, Problem
from .component import TYPE as COMPONENT
from .stack_state import run_pulumi, stack_resources

_TYPES: Final = {
    "Exchange": "rabbitmq:index/exchange:Exchange",
    "Queue": "rabbitmq:index/queue:Queue",
    "Policy": "rabbitmq:index/policy:Policy",
    "Binding": "rabbitmq:index/binding:Binding",
}
_MOVED: Final = (_TYPES["Queue"], _TYPES["Policy"], _TYPES["Binding"])
_STACK: Final = "pulumi:pulumi:Stack"

Resource = dict[str, Any]
"""As `pulumi stack export` writes one."""


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose resources they are: the stack program's, or those of a component."""

    head: str
    """What their URNs begin with, up to their types."""
    component: str | None

    @classmethod
    def of(cls, resources: Iterable[Resource], stack: str, component: str | None) -> _Owner:
        """Raises `ConfigError` if it was never applied."""
        for resource in resources:
            urn, kind = str(resource["urn"]), resource.get("type")
            if component is None and kind == _STACK:
                return cls(urn.rpartition(f"{_STACK}::")[0], None)
            if component is not None and kind == COMPONENT and urn.endswith(f"::{component}"):
                return cls(f"{urn.removesuffix(f'::{component}')}$", component)
        what = f"stack {stack}" if component is None else f"Topology {component} of stack {stack}"
        raise ConfigError([Problem((), f"{what} was never applied", "run pulumi up")])

    def urn(self, kind: str, name: str) -> str:
        own = name if self.component is None else f"{self.component}/{name}"
        return f"{self.head}{_TYPES[kind]}::{own}"

    def itself(self) -> set[str]:
        """The component, whose inputs are the topology that commands compare with."""
        if self.component is None:
            return set()
        return {f"{self.head.removesuffix('$')}::{self.component}"}

    def has(self, urn: str) -> bool:
        prefix = "" if self.component is None else f"{self.component}/"
        return urn.startswith(self.head) and urn.rpartition("::")[2].startswith(prefix)


def apply_to_state(
    stack: str, settled: Settled, moves: Iterable[Move], component: str | None = None
) -> None:
    """`pulumi refresh`, then `pulumi up`, of the queues that were migrated, their bindings and
    policies only: whatever else the config changes is left to the next `pulumi up`.

    Two commands, because `pulumi up --refresh --target` refuses a URN that is not in the state yet,
    as that of a renamed queue, and one that the refresh takes out, as that of the old queue.
    Raises `ConfigError`.
    """
    moves = list(moves)
    resources = stack_resources(stack)
    owner = _Owner.of(resources, stack, component)
    held = _held(moves, resources, owner)
    if held:
        # With the program, so that the provider is configured as the stack's config is now.
        _run(["refresh", "--run-program"], stack, held)
    resources = stack_resources(stack)
    declared = _declared(moves, settled, resources, owner)
    _run(["up"], stack, {*declared, *_held(moves, resources, owner), *owner.itself()})


def _run(command: list[str], stack: str, targets: set[str]) -> None:
    arguments = [word for urn in sorted(targets) for word in ("--target", urn)]
    run_pulumi(
        "bring the state up to date",
        [*command, "--stack", stack, "--yes", "--skip-preview", *arguments],
    )


def _declared(
    moves: Iterable[Move], settled: Settled, resources: list[Resource], owner: _Owner
) -> set[str]:
    """The new queues with their bindings and policies, whether or not the state has them."""
    vhost, known = settled.topology.vhost.name, {resource["urn"] for resource in resources}
    urn = owner.urn

    def is_complete(binding: Binding) -> bool:
        """A binding of an exchange that the state does not have waits for the next `pulumi up`."""
        if binding.source not in settled.topology.exchanges:
            return True
        return urn("Exchange", logical_name(vhost, binding.source)) in known

    found = set()
    for move in moves:
        queue = move.target.queue
        found.add(urn("Queue", logical_name(vhost, queue)))
        found |= {urn("Policy", logical_name(vhost, name)) for name in move.policies}
        found |= {
            urn("Binding", binding_name(vhost, binding))
            for binding in settled.topology.bindings
            if binding.destination_type == "queue"
            and binding.destination == queue
            and is_complete(binding)
        }
    return found


def _held(moves: Iterable[Move], resources: Iterable[Resource], owner: _Owner) -> set[str]:
    """What the state has of the old and the new queues."""
    wanted = list(moves)
    return {
        resource["urn"]
        for resource in resources
        if resource.get("type") in _MOVED
        and not resource.get("delete")
        and owner.has(str(resource["urn"]))
        and any(_is_of(move, resource.get("inputs") or {}) for move in wanted)
    }


def _is_of(move: Move, inputs: dict[str, Any]) -> bool:
    vhost, queue = inputs.get("vhost"), inputs.get("name")
    places = {move.target} if move.way is Way.CROSS else {move.target, move.origin}
    own = {(place.vhost, place.queue) for place in places}
    if "destination" in inputs:
        return inputs.get("destinationType") == "queue" and (vhost, inputs["destination"]) in own
    policies = {(place.vhost, generated_policy_name("queues", place.queue)) for place in places}
    return (vhost, queue) in (policies if "policy" in inputs else own)
