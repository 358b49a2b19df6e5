"""The engine's checkpoint is read again where it was half written."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from topology.hooks import engine_state as module
from topology.hooks.engine_state import read_outputs, read_state

HALF = "invoke of f failed: failed to load checkpoint: EOF"


class Engine:
    """Fails so often before it answers."""

    def __init__(self, failures: int, reason: str = HALF) -> None:
        self.failures, self.reason, self.asked = failures, reason, 0

    async def __call__(self, function: str, arguments: dict[str, Any]) -> Any:
        self.asked += 1
        if self.asked <= self.failures:
            raise RuntimeError(self.reason)
        return {"outputs": {"function": function, **arguments}}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAUSE_SECONDS", 0)


def asked(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(module, "invoke_async", engine)
    return asyncio.run(read_outputs()), asyncio.run(read_state())


@pytest.mark.parametrize("failures", [0, 1, 10])
def test_a_checkpoint_that_is_half_written_is_read_again(
    failures: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine(failures)
    outputs, state = asked(engine, monkeypatch)
    assert outputs["function"] == "pulumi:pulumi:readStackOutputs"
    assert state["function"] == "pulumi:pulumi:readStackResourceOutputs"
    assert outputs["name"] == state["stackName"]
    assert engine.asked == failures + 2


def test_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(1000)
    with pytest.raises(RuntimeError, match="failed to load checkpoint"):
        asked(engine, monkeypatch)
    assert 1 < engine.asked < 1000


def test_another_failure_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(1, "no such stack")
    with pytest.raises(RuntimeError, match="no such stack"):
        asked(engine, monkeypatch)
    assert engine.asked == 1
