"""What the brokers of a program's `Topology` components answer about a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..check import Checked, check_layers
from ..gate import Answers, Plan, ask
from ..layers import Layers, extended, nowhere
from ..model import Topology
from ..stack_config import StackConfig
from .stack import SECRET, Placeholder, placeholders


def answers_of_components(plan: Plan, applied: Mapping[str, StackConfig]) -> Answers:
    """Each broker is asked about the vhosts of its component. `applied` has the connections, which
    a preview masks. Raises `ConfigError`."""
    answers = Answers()
    for name, config in applied.items():
        before = check_layers(config.topology).usable().topology
        planned = plan.components.get(name, {}).get("topology")
        topology = before if planned is None else _planned(planned)
        vhosts = {before.vhost.name, topology.vhost.name}
        own = tuple(step for step in plan.steps if step.target.vhost in vhosts)
        if own:
            found = ask(replace(plan, steps=own), topology, config.connection)
            answers = _both(answers, found)
    return answers


def _planned(value: Any) -> Topology:
    layers = extended(_with_placeholders(value), Path.cwd(), nowhere)
    return _without_masked(check_layers(layers), layers).usable().topology


def _without_masked(checked: Checked, layers: Layers) -> Checked:
    hidden = set(placeholders(layers.value, ()))
    known = tuple(problem for problem in checked.problems if problem.path not in hidden)
    return replace(checked, problems=known)


def _with_placeholders(value: Any) -> Any:
    """A preview prints `[secret]` for a secret."""
    if isinstance(value, dict):
        return {key: _with_placeholders(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_with_placeholders(entry) for entry in value]
    return Placeholder(value) if value == SECRET else value


def _both(one: Answers, other: Answers) -> Answers:
    return Answers(
        unasked="; ".join(filter(None, (one.unasked, other.unasked))),
        occupancies={**one.occupancies, **other.occupancies},
        refusals={**one.refusals, **other.refusals},
        kept=one.kept | other.kept,
        policies={**one.policies, **other.policies},
    )
