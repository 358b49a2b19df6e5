"""Which registration is without an answer after a deletion has failed. No engine is asked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as all_ended
from typing import Any

import pulumi
import pytest
from pulumi.runtime.proto import resource_pb2

from topology.hooks.pending import Pending
from topology.hooks.retries import Retries
from topology.hooks.unanswered import NotAnswered, Unanswered

SECONDS = 240.0
TYPES = {
    "VHost": "rabbitmq:index/vHost:VHost",
    "Exchange": "rabbitmq:index/exchange:Exchange",
    "Queue": "rabbitmq:index/queue:Queue",
    "Binding": "rabbitmq:index/binding:Binding",
    "Policy": "rabbitmq:index/policy:Policy",
}


class Call:
    """Stands for a call to the engine."""

    def __init__(self) -> None:
        self.answer: Future[str] = Future()
        self.waits = threading.Event()

    def result(self) -> str:
        self.waits.set()
        return self.answer.result(timeout=SECONDS)

    def cancel(self) -> None:
        self.answer.cancel()

    def cancelled(self) -> bool:
        return self.answer.cancelled()


class Engine:
    """Registrations under way, each in a thread as the SDK has it."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self.unanswered = Unanswered()
        self._pool, self._register = pool, self.unanswered.following(self._begin)
        self.calls: dict[str, Call] = {}
        self.ended_before_the_hook: list[str] = []
        self.ends: dict[str, Future[Any]] = {}

    def _begin(self, request: Any) -> Call:
        return self.calls[f"{request.type} {request.name}"]

    def registers(self, kind: str, name: str) -> None:
        request = resource_pb2.RegisterResourceRequest(type=TYPES[kind], name=f"v/{name}")
        request.object.fields["name"].string_value = name
        self.calls[f"{TYPES[kind]} v/{name}"] = Call()
        self.ends[f"{kind} {name}"] = self._pool.submit(self._register, request)
        assert self.calls[f"{TYPES[kind]} v/{name}"].waits.wait(SECONDS)

    def answers(self, kind: str, name: str) -> None:
        self.calls[f"{TYPES[kind]} v/{name}"].answer.set_result("made")
        all_ended([self.ends[f"{kind} {name}"]], timeout=SECONDS)

    def refuses(self, kind: str, logical: str, **inputs: str) -> None:
        async def hook() -> None:
            self.unanswered.deletion_fails(_deleted(kind, logical, inputs))
            await asyncio.sleep(0)
            cancelled = [key for key, call in self.calls.items() if call.cancelled()]
            self.ended_before_the_hook += cancelled

        asyncio.run(hook())

    def end(self, key: str) -> BaseException | None:
        return self.ends[key].exception(timeout=SECONDS)


def _deleted(kind: str, name: str, inputs: dict[str, str]) -> pulumi.ResourceHookArgs:
    return pulumi.ResourceHookArgs(
        urn="urn", id="", name=f"v/{name}", type=TYPES[kind], old_inputs={"vhost": "v"} | inputs
    )


@pytest.fixture
def engine() -> Iterator[Engine]:
    with ThreadPoolExecutor(8) as pool:
        engine = Engine(pool)
        yield engine
        for call in engine.calls.values():
            if not call.answer.done():
                call.answer.set_result("made")


def test_the_replacement_of_what_is_not_deleted_ends_after_the_hook(engine: Engine) -> None:
    engine.registers("Queue", "full")
    engine.registers("Queue", "other")
    engine.refuses("Queue", "full", name="full")
    assert engine.ended_before_the_hook == []
    assert isinstance(engine.end("Queue full"), NotAnswered)
    assert "queue full was not replaced" in str(engine.end("Queue full"))
    assert not engine.ends["Queue other"].done()


def test_a_binding_that_stays_ends_what_it_depends_on(engine: Engine) -> None:
    engine.registers("Queue", "full")
    engine.registers("Queue", "other")
    engine.registers("Policy", "full")
    engine.refuses("Binding", "events>full", source="events", destination="full")
    assert isinstance(engine.end("Queue full"), NotAnswered)
    assert not engine.ends["Queue other"].done()
    assert not engine.ends["Policy full"].done()


def test_of_two_that_it_may_be_the_one_that_stays_open_ends(engine: Engine) -> None:
    engine.registers("Exchange", "events")
    engine.registers("Queue", "full")
    engine.refuses("Binding", "events>full", source="events", destination="full")
    assert not engine.ends["Exchange events"].done()
    engine.answers("Queue", "full")
    assert isinstance(engine.end("Exchange events"), NotAnswered)
    assert engine.end("Queue full") is None


def test_of_two_that_it_may_be_one_that_is_known_leaves_the_other(engine: Engine) -> None:
    engine.registers("Exchange", "events")
    engine.registers("Queue", "full")
    engine.refuses("Binding", "events>full", source="events", destination="full")
    engine.refuses("Queue", "full", name="full")
    assert isinstance(engine.end("Queue full"), NotAnswered)
    assert isinstance(engine.end("Exchange events"), NotAnswered)


def test_a_deletion_of_what_is_not_declared_ends_nothing(engine: Engine) -> None:
    engine.registers("Queue", "other")
    engine.refuses("Queue", "undeclared", name="undeclared")
    assert not engine.ends["Queue other"].done()
    engine.answers("Queue", "other")
    assert engine.end("Queue other") is None


def test_a_deletion_that_the_broker_refuses_ends_it_too(engine: Engine) -> None:
    engine.registers("Queue", "full")
    retries = Retries(Pending(), engine.unanswered)
    failed = pulumi.ErrorHookArgs(
        urn="urn",
        id="",
        name="v/full",
        type=TYPES["Queue"],
        old_inputs={"name": "full", "vhost": "v"},
        failed_operation="delete",
        errors=["Error 403 (...)"],
    )
    assert not asyncio.run(retries.on_error(failed))
    assert isinstance(engine.end("Queue full"), NotAnswered)
