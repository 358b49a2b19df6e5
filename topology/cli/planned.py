"""The topology of a component as its program declares it now. A preview has it, secrets masked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from ..check import Checked, check_layers
from ..config_files import Layers, extended, nowhere
from ..gate import read_plan
from ..problems import ConfigError, Problem
from ..stack_config import StackConfig
from ..version import BrokerFacts
from .pulumi.stack_state import stack_preview
from .stack import SECRET, Placeholder, placeholders


def planned_config(stack: str, component: str | None, applied: StackConfig) -> StackConfig:
    """What the program declares for the component, reached by the connection that it was applied
    with; for a stack program, what is given. Raises `ConfigError` where the program no longer
    declares the component, or fails before that."""
    if component is None:
        return applied
    plan = read_plan(stack_preview(stack))
    declared = plan.components.get(component, {}).get("topology")
    if declared is not None:
        return replace(applied, topology=planned_layers(declared))
    problems = [Problem((), failure.text) for failure in plan.failures]
    message = f"the program of stack {stack} does not declare Topology {component}"
    raise ConfigError(problems or [Problem((), message)])


def planned_layers(value: Any) -> Layers:
    """The merged topology of a preview, with placeholders where it prints `[secret]`."""
    return extended(_with_placeholders(value), Path.cwd(), nowhere)


def check_planned(layers: Layers, facts: BrokerFacts | None = None) -> Checked:
    """Without problems at masked secrets."""
    checked = check_layers(layers, facts)
    hidden = set(placeholders(layers.value, ()))
    known = tuple(problem for problem in checked.problems if problem.path not in hidden)
    return replace(checked, problems=known)


def _with_placeholders(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_placeholders(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_with_placeholders(entry) for entry in value]
    return Placeholder(value) if value == SECRET else value
