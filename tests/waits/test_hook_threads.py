"""No hook needs a thread of the event loop's default executor, where registrations block."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any, cast

import pulumi
import pytest

from toolchain.folders import PROJECT
from topology.broker import BrokerReader, Management
from topology.guard import GuardedBroker, Guarding, Guards, veto
from topology.guard.policy_changes import PolicyChanges
from topology.hooks.hook_threads import HookThreads
from topology.hooks.pending import Pending
from topology.model import Queue, Topology, VHost
from topology.ownership import Claims, Cluster, Inventory, claims
from topology.password_seed import PasswordSeed
from topology.place import Place

_THREADS = 4
"""Of the default executor with `--parallel 1`."""
_OBJECTS = 10
_SECONDS = 240
"""Far more than it takes; without a bound, a failure would be a test that never ends."""

Hook = Callable[[pulumi.ResourceHookArgs], Any]
_DELETED = {"queue": "Queue", "exchange": "Exchange", "binding": "Binding", "policy": "Policy"}


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> dict[str, Hook]:
    """Hooks by name, as the engine knows them."""
    made: dict[str, Hook] = {}

    def hook(name: str, callback: Hook, _: object = None) -> Any:
        made[name] = callback
        return SimpleNamespace(name=name)

    monkeypatch.setattr(pulumi, "ResourceHook", hook)
    return made


def args(kind: str, number: int) -> pulumi.ResourceHookArgs:
    properties = {"name": f"o{number}", "vhost": "v"}
    return pulumi.ResourceHookArgs(
        urn=f"urn:pulumi:s::p::rabbitmq:index/{kind.lower()}:{kind}::v/o{number}",
        id="",
        name=f"v/o{number}",
        type=f"rabbitmq:index/{kind.lower()}:{kind}",
        new_inputs=properties,
        old_inputs=properties,
        old_outputs=properties,
    )


def ends(hook: Hook, kind: str) -> int:
    """Runs a hook for each of many registrations, which block in the default executor as those of
    the SDK do, until the engine has run their hooks. Returns how many have ended."""

    async def program() -> int:
        loop = asyncio.get_running_loop()
        executor = ThreadPoolExecutor(_THREADS)
        loop.set_default_executor(executor)

        def registration(number: int) -> None:
            running = asyncio.run_coroutine_threadsafe(hook(args(kind, number)), loop)
            running.result(_SECONDS)

        waiting = [loop.run_in_executor(None, registration, n) for n in range(_OBJECTS)]
        await asyncio.wait_for(asyncio.gather(*waiting), _SECONDS)
        return len(waiting)

    return asyncio.run(program())


class Broker:
    """Has every queue as it is declared."""

    def find(self, *_: str, **__: str) -> list[dict[str, Any]]:
        queue = {"durable": True, "auto_delete": False, "type": "classic"}
        return [{"name": f"o{number}", **queue} for number in range(_OBJECTS)]


def topology() -> Topology:
    queues = {f"o{number}": Queue(type="classic") for number in range(_OBJECTS)}
    return Topology(vhost=VHost(name="v"), queues=queues)


def test_creation_over_what_exists(registered: dict[str, Hook]) -> None:
    declared, reader = topology(), BrokerReader(cast("Management", Broker()))
    there = Inventory({"Queue": frozenset(declared.queues)})
    Claims(
        claims(declared, PasswordSeed("s")),
        there,
        reader,
        Cluster(),
        HookThreads(Pending(), at_a_time=1),
        Place.of_stack("v"),
    )
    assert ends(registered["rabbitmq-topology:create"], "Queue") == _OBJECTS


@pytest.mark.parametrize("guard", _DELETED)
def test_deletion(guard: str, registered: dict[str, Hook], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(veto, f"guard_{guard}", lambda *_: asked.append(guard))
    monkeypatch.setattr(PolicyChanges, "refuse_deletion", lambda *_: None)
    guarding = Guarding(cast("GuardedBroker", None), topology(), preview=True)
    threads = HookThreads(Pending(), at_a_time=1)
    Guards(guarding, Cluster(), lambda *_: None, threads, Place.of_stack("v"))
    assert ends(registered[f"rabbitmq-topology:veto-{guard}"], _DELETED[guard]) == _OBJECTS
    assert len(asked) == _OBJECTS


def test_nothing_else_takes_threads_of_the_default_executor() -> None:
    """Registrations may take all of them; what then waits for one may wait for ever."""
    found = [
        f"{source.relative_to(PROJECT)}:{node.lineno}"
        for source in (PROJECT / "topology").rglob("*.py")
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "to_thread"
    ]
    assert found == []
