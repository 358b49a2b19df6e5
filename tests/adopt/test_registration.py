"""The program's registrations, recorded without an engine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from topology.adopt.registration import registrations


async def _program() -> Mapping[str, Any]:
    pulumi.Output.from_input(1).apply(lambda value: value)
    return {"output": "text"}


def test_event_loops_are_closed_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is left open closes when the interpreter ends, at times with a traceback."""
    made: list[asyncio.AbstractEventLoop] = []
    new_event_loop = asyncio.new_event_loop

    def recorded() -> asyncio.AbstractEventLoop:
        made.append(new_event_loop())
        return made[-1]

    monkeypatch.setattr(asyncio, "new_event_loop", recorded)
    for _ in range(2):
        assert registrations("dev", _program).outputs == {"output": "text"}
    assert len(made) == 2
    assert all(loop.is_closed() for loop in made)
