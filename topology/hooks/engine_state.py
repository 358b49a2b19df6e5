"""What the engine tells a program of the state of its last run."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from pulumi.runtime import get_root_resource
from pulumi.runtime.invoke import invoke_async

_HALF_WRITTEN: Final = "failed to load checkpoint"
_TRIES: Final = 50
_PAUSE_SECONDS: Final = 0.1


async def engine_state(function: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """What one of the engine's own functions returns, such as `pulumi:pulumi:readStackOutputs`.

    A file backend is read while the engine writes its checkpoints to it, and not in one step. The
    checkpoint of the stack's own resource is awaited; where other resources are registered at the
    same time, as beside a component, a file that is half written is read again.
    """
    root = get_root_resource()
    if root is not None:
        await root.urn.future()
    for remaining in reversed(range(_TRIES)):
        try:
            return await invoke_async(function, dict(arguments)) or {}
        except Exception as error:
            if _HALF_WRITTEN not in str(error) or not remaining:
                raise
        await asyncio.sleep(_PAUSE_SECONDS)
    raise AssertionError
