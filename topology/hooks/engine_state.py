"""What the engine gives a program of the state of the last run."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import pulumi
from pulumi.runtime import get_root_resource
from pulumi.runtime.invoke import invoke_async

State: TypeAlias = Mapping[str, Mapping[str, Any]]
"""Types and outputs of resources, by URN."""

_HALF_WRITTEN: Final = "failed to load checkpoint"
_TRIES: Final = 50
_PAUSE_SECONDS: Final = 0.1


async def read_outputs() -> Mapping[str, Any]:
    """The outputs of the running stack; empty before its first run."""
    return await _read("readStackOutputs", "name") or {}


async def read_state() -> State | None:
    """All resources of the running stack; None if the engine does not give them."""
    return await _read("readStackResourceOutputs", "stackName")


async def _read(function: str, stack_argument: str) -> Mapping[str, Any] | None:
    """The outputs of one of the engine's own functions that reads a stack.

    A file backend is read while the engine writes its checkpoints to it, and not in one step. The
    checkpoint of the stack's own resource is awaited; where other resources are registered at the
    same time, as beside a component, a file that is half written is read again.
    """
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    root = get_root_resource()
    if root is not None:
        await root.urn.future()
    for remaining in reversed(range(_TRIES)):
        try:
            answer = await invoke_async(f"pulumi:pulumi:{function}", {stack_argument: stack})
        except Exception as error:
            if _HALF_WRITTEN not in str(error) or not remaining:
                raise
            await asyncio.sleep(_PAUSE_SECONDS)
        else:
            outputs = (answer or {}).get("outputs")
            return outputs if isinstance(outputs, Mapping) else None
    raise AssertionError
