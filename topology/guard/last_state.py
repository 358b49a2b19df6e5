"""What the state of the last run has, as far as the engine gives it to a program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import pulumi

from ..hooks.engine_state import engine_state

State: TypeAlias = Mapping[str, Mapping[str, Any]]
"""Types and outputs of resources, by URN."""


async def read_state() -> State | None:
    """Of all resources of the running stack; None if the engine does not give it."""
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    found = await engine_state("pulumi:pulumi:readStackResourceOutputs", {"stackName": stack})
    state = found.get("outputs")
    return state if isinstance(state, Mapping) else None
