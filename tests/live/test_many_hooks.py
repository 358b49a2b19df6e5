"""Runs in which more hooks wait than the SDK has threads come to an end.

Pulumi's program runner has four threads for each parallel operation: 4 with `--parallel 1`, and 32
by default on two cores.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.conftest import MakeStack
from tests.safety.stronghold import DESTROY, UP
from tests.support.api import Api
from tests.support.stack import Stack
from toolchain.node import Broker

_PARALLEL = ((), ("--parallel", "1"), ("--parallel", "2"))


def _queues(vhost: str, number: int, **settings: Any) -> dict[str, Any]:
    return {"vhost": vhost, "queues": {f"w{n}": settings for n in range(number)}}


def _forget(stack: Stack) -> None:
    """The state of a run that was killed before it was written."""
    said = stack.run("stack", "rm", "--force", "--yes", "--preserve-config")
    assert said.code == 0, said.text
    said = stack.run("stack", "init")
    assert said.code == 0, said.text


def _made_again_replaced_and_destroyed(stack: Stack, number: int, *parallel: str) -> None:
    stack.configure(_queues(stack.vhost, number))
    assert stack.run(*UP).code == 0
    _forget(stack)
    for command in (("preview",), (*UP,), (*UP, "--refresh")):
        said = stack.run(*command, *parallel)
        assert said.code == 0, said.text
    stack.configure(_queues(stack.vhost, number, type="quorum"))
    for command in (("preview",), (*UP,)):
        said = stack.run(*command, *parallel)
        assert said.code == 0, said.text
    said = stack.run(*DESTROY, *parallel)
    assert said.code == 0, said.text
    with Api(stack.broker) as api:
        assert stack.vhost not in api.vhosts()


def test_with_few_threads(stack: Stack) -> None:
    _made_again_replaced_and_destroyed(stack, 10, "--parallel", "1")


@pytest.mark.soak
@pytest.mark.parametrize("number", [31, 34, 100])
@pytest.mark.parametrize("parallel", _PARALLEL, ids=" ".join)
def test_with_any_number_of_threads(
    make_stack: MakeStack, broker: Broker, number: int, parallel: tuple[str, ...]
) -> None:
    _made_again_replaced_and_destroyed(make_stack(broker), number, *parallel)


@pytest.mark.soak
def test_a_thousand(stack: Stack) -> None:
    _made_again_replaced_and_destroyed(stack, 1000)
