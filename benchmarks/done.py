"""Whether a contender has done what it was timed for: what does nothing is fast."""

from __future__ import annotations

from typing import Any

from benchmarks.landscape import Landscape
from benchmarks.operation import Operation
from tests.support.api import Api

_AFTERWARDS_IT_IS_THERE = frozenset(
    {
        Operation.UP,
        Operation.PREVIEW,
        Operation.REFRESH,
        Operation.ONE_QUEUE,
        Operation.POLICIES,
    }
)


class NotDone(Exception):
    """What the broker has is not what was wanted; the message says what."""


def check(api: Api, landscape: Landscape, operation: Operation) -> None:
    """Compares the broker with what should be there after an operation. Raises `NotDone`."""
    there = landscape.vhost in api.vhosts()
    if operation is Operation.DESTROY and there:
        raise NotDone("the vhost is still there")
    if operation not in _AFTERWARDS_IT_IS_THERE:
        return
    if not there:
        raise NotDone("there is no vhost")
    vhost = landscape.vhost
    wanted = landscape.definitions()
    _compare("queues", {queue["name"] for queue in wanted["queues"]}, set(api.queues(vhost)))
    _compare("bindings", _keys(wanted["bindings"]), _keys(api.bindings(vhost)))
    _compare("policies", _policies(wanted["policies"]), _policies(api.get("policies", vhost)))


def _compare(what: str, wanted: set[Any], found: set[Any]) -> None:
    if wanted != found:
        missing, extra = len(wanted - found), len(found - wanted)
        raise NotDone(f"of the {what}, {missing} are missing and {extra} are too many")


def _keys(bindings: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    return {(found["source"], found["destination"], found["routing_key"]) for found in bindings}


def _policies(policies: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Names with what is set: their order is the broker's own."""
    return {(found["name"], repr(sorted(found["definition"].items()))) for found in policies}
