"""What the program would register for a topology, without an engine and without a broker.

The program's own declarations run against a monitor that writes down what they ask for. So what is
put into a stack's state is, word for word, what the next run compares it with.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import pulumi
from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]
from google.protobuf.struct_pb2 import Struct  # type: ignore[import-untyped]
from pulumi.runtime import mocks
from pulumi.runtime.proto import resource_pb2

from ..config_files.stack_file import PROJECT

STACK_TYPE: Final = "pulumi:pulumi:Stack"
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
"""Pulumi's key for what is no plain value."""
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - Pulumi's word for "a secret"

Run: TypeAlias = Callable[[], Awaitable[Mapping[str, Any]]]

_HOOKS: Final = {
    "BeforeCreate": "before_create",
    "BeforeUpdate": "before_update",
    "BeforeDelete": "before_delete",
    "OnError": "on_error",
}
"""A state's words for the moments of hooks, and those of a registration."""


@dataclass(frozen=True, slots=True)
class Registered:
    """One resource as the program registers it, in the words of a state."""

    type: str
    name: str
    inputs: dict[str, Any]
    """Secrets are maps with their `plaintext`."""
    dependencies: tuple[str, ...]
    """URNs."""
    property_dependencies: dict[str, list[str]]
    options: dict[str, Any]
    """What a state keeps of a resource's options."""


@dataclass(slots=True)
class Registrations:
    """What a run registered, in the order in which one depends on another."""

    resources: list[Registered] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    """Of the stack."""


def registrations(stack: str, run: Run) -> Registrations:
    """What `run` registers; it declares, and returns the outputs of the stack."""
    made = Registrations()
    # Pulumi keeps its runtime in context variables: a fresh context leaves no trace of this one.
    contextvars.copy_context().run(_record, stack, run, made)
    return made


def urn(stack: str, kind: str, name: str) -> str:
    """The URN of a resource of the stack. That it is a child of the stack itself does not show."""
    return f"urn:pulumi:{stack}::{PROJECT}::{kind}::{name}"


def _record(stack: str, run: Run, made: Registrations) -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        _run(stack, run, made)
    finally:
        _close(loop)
        asyncio.set_event_loop(None)


def _close(loop: asyncio.AbstractEventLoop) -> None:
    """Ends what Pulumi leaves behind. A loop that is left open closes when the interpreter ends, at
    which time its file descriptors may be gone."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def _run(stack: str, run: Run, made: Registrations) -> None:
    monitor = _Recorder(made)
    pulumi.runtime.set_mocks(
        monitor.mocks,
        project=PROJECT,
        stack=stack,
        preview=False,
        monitor=monitor,
        logger=logging.Logger("registrations", level=logging.CRITICAL),  # noqa: LOG001 - nobody's
    )

    @mocks.test  # type: ignore[untyped-decorator]
    async def program() -> None:
        outputs = await run()
        # With a service's password in them, they are left to the first update.
        if all(_is_plain(value) for value in outputs.values()):
            made.outputs = dict(outputs)

    program()


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_is_plain(entry) for entry in value.values())
    return isinstance(value, str | int | list)


class _Echo(mocks.Mocks):
    """A provider that has made everything as it is asked to."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if args.resource_id:  # A vhost that is only read: its id is its name.
            return args.resource_id, {"name": args.resource_id}
        return args.name, args.inputs

    def call(self, args: mocks.MockCallArgs) -> Any:
        raise NotImplementedError(args.token)


class _Recorder(mocks.MockMonitor):
    def __init__(self, made: Registrations) -> None:
        super().__init__(_Echo())
        self._made = made

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        del parent  # always the stack, which is not part of its children's URNs
        return urn(pulumi.get_stack(), type_, name)

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802
        if request.type != STACK_TYPE:
            self._made.resources.append(_registered(request))
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]


def _registered(request: resource_pb2.RegisterResourceRequest) -> Registered:
    hooks = {
        state: names
        for state, attribute in _HOOKS.items()
        if (names := list(getattr(request.hooks, attribute)))
    }
    options = {
        "protect": request.protect,
        "retainOnDelete": request.retainOnDelete,
        "additionalSecretOutputs": list(request.additionalSecretOutputs),
        "replaceOnChanges": list(request.replaceOnChanges),
        "resourceHooks": hooks,
    }
    return Registered(
        type=request.type,
        name=request.name,
        inputs=state_values(request.object),
        dependencies=tuple(request.dependencies),
        property_dependencies={
            name: sorted(found.urns) for name, found in request.propertyDependencies.items()
        },
        options={key: value for key, value in options.items() if value},
    )


def state_values(values: Struct) -> dict[str, Any]:
    """Values on their way to the engine → as a state has them."""
    found = _as_in_states(MessageToDict(values))
    assert isinstance(found, dict)
    return found


def secret(value: Any) -> dict[str, str]:
    """A secret in a state that is not yet encrypted."""
    return {SIGNATURE: _SECRET, "plaintext": json.dumps(value)}


def _as_in_states(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get(SIGNATURE) == _SECRET:
            return secret(_as_in_states(value.get("value")))
        return {key: _as_in_states(entry) for key, entry in _said(value)}
    if isinstance(value, list):
        return [_as_in_states(entry) for entry in value]
    # Protocol buffers know floating-point numbers only.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _said(value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What is null was not said."""
    return ((key, entry) for key, entry in value.items() if entry is not None)
