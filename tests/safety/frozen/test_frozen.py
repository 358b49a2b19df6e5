"""A state of an earlier program means the same to today's: no refactoring touches a queue.

Each `state-RELEASE.json` was made once from `config.yaml`: it stands for the states of every stack
that this release has applied; `0.0` for those of the program whose hooks deleted. A change that
makes these tests fail needs aliases, or must not be made.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from tests.safety.frozen.freeze import HERE, freeze, marks, names, table
from tests.safety.landscape import changed, without_queue
from tests.safety.stronghold import UP
from tests.support.stack import Stack
from topology.guard import earlier_states, policy_changes
from topology.guard import hooks as guard_hooks
from topology.hooks import retries
from topology.ownership import hooks as ownership_hooks


def _text(name: str, stack: Stack) -> str:
    text = (HERE / name).read_text(encoding="utf-8")
    for mark, value in marks(stack).items():
        text = text.replace(mark, value)
    return text


RELEASES = sorted(file.stem.removeprefix("state-") for file in HERE.glob("state-*.json"))


@pytest.mark.parametrize("release", RELEASES)
def test_an_earlier_state_needs_no_change(stack: Stack, tmp_path: Path, release: str) -> None:
    config = yaml.safe_load(_text("config.yaml", stack))
    stack.configure(config)
    said = stack.run(*UP)
    assert said.code == 0, said.text
    if made := os.environ.get("FREEZE"):
        freeze(stack, made)
    assert names(stack) == table()["names"]

    state = tmp_path / "state.json"
    state.write_text(_text(f"state-{release}.json", stack), encoding="utf-8")
    said = stack.run("stack", "import", "--file", str(state))
    assert said.code == 0, said.text
    assert names(stack) == table()["names"]
    said = stack.run("preview", "--refresh", "--expect-no-changes", "--diff")
    assert said.code == 0, said.text
    # The guards of today also stand before what an earlier program has made.
    stack.configure(changed(config, without_queue("stream")))
    said = stack.run(*UP)
    assert "queue stream is not deleted: it is a stream" in said.text, said.text


def test_hooks_keep_their_names() -> None:
    """The engine finds the guard of what is no longer declared by the name in the state."""
    modules = (guard_hooks, policy_changes, earlier_states, ownership_hooks, retries)
    sources = [Path(module.__file__ or "") for module in modules]
    code = "".join(source.read_text(encoding="utf-8") for source in sources)
    assert [name for name in table()["hooks"] if f'"{name}"' not in code] == []
