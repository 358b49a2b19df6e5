"""What the brokers of a program's `Topology` components answer about a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..check import check_layers
from ..gate import Answers, Plan, ask
from ..model import Topology
from ..stack_config import StackConfig
from .planned import check_planned, planned_layers


def answers_of_components(plan: Plan, applied: Mapping[str, StackConfig]) -> Answers:
    """Each broker is asked about the vhosts of its component. `applied` has the connections, which
    a preview masks. Raises `ConfigError`."""
    answers = Answers()
    for name, config in applied.items():
        before = check_layers(config.topology).usable().topology
        planned = plan.components.get(name, {}).get("topology")
        topology = before if planned is None else _checked(planned)
        vhosts = {before.vhost.name, topology.vhost.name}
        own = tuple(step for step in plan.steps if step.target.vhost in vhosts)
        if own:
            found = ask(replace(plan, steps=own), topology, config.connection)
            answers = _both(answers, found)
    return answers


def _checked(planned: Any) -> Topology:
    return check_planned(planned_layers(planned)).usable().topology


def _both(one: Answers, other: Answers) -> Answers:
    return Answers(
        unasked="; ".join(filter(None, (one.unasked, other.unasked))),
        occupancies={**one.occupancies, **other.occupancies},
        refusals={**one.refusals, **other.refusals},
        kept=one.kept | other.kept,
        policies={**one.policies, **other.policies},
    )
