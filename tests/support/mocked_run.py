"""A run of the Pulumi program without an engine: what it registers, and what it exports.

The program is run as it stands, from its config to its exports, as a preview that does not ask the
broker. So nothing here knows what is between the two.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import logging
import runpy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.runtime import mocks, settings
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.stack import Stack, run_in_stack

from toolchain.folders import PROJECT

NAMESPACE = "rabbitmq-topology"
CONFIG = {
    "rabbitmq:endpoint": "http://localhost:15672",
    "rabbitmq:username": "guest",
    "rabbitmq:password": "guest",
    f"{NAMESPACE}:amqpEndpoint": "amqp://localhost:5672",
    f"{NAMESPACE}:offline": "true",
}

_LOOP = asyncio.new_event_loop()
"""Pulumi asks for the thread's event loop, which `asyncio.run` in another test takes away. Closing
it would end the threads that Pulumi has work in, and make their own loops a warning each."""


@dataclass(frozen=True)
class Registered:
    """One resource, as the program asks Pulumi for it."""

    type: str
    name: str
    inputs: dict[str, Any]
    request: resource_pb2.RegisterResourceRequest
    """With all its options, in the engine's own terms."""

    def depends_by(self, property_name: str) -> list[str]:
        """Names of the resources whose outputs an input is made of."""
        urns = self.request.propertyDependencies[property_name].urns
        return [urn.rpartition("::")[2] for urn in urns]


@dataclass
class Run:
    """What a run came to."""

    resources: list[Registered] = field(default_factory=list)
    exports: dict[str, Any] = field(default_factory=dict)
    secret: set[str] = field(default_factory=set)
    """Names of the exports that are secrets."""
    said: list[str] = field(default_factory=list)
    """What the program told the user."""
    code: int = 0
    """Exit code of the program."""

    def of(self, kind: str) -> list[Registered]:
        """The resources of a type, by the last part of its token."""
        return [found for found in self.resources if found.type.endswith(f":{kind}")]


def run_function(
    program: Callable[[], None], provider: mocks.Mocks | None = None, **config: str
) -> Run:
    """Runs a program of a user's, with no config but these keys of the project.

    `provider` makes its resources; without it, each resource has its inputs as outputs.
    """
    run = Run()
    keys = {f"{NAMESPACE}:{key}": value for key, value in config.items()}
    contextvars.copy_context().run(_run, keys, run, program, provider)
    return run


def run_program(topology: Any, **config: str) -> Run:
    """Runs the program with this topology; `config` are further keys of the project."""
    run = Run()
    keys = {f"{NAMESPACE}:{key}": value for key, value in config.items()}
    full = CONFIG | {f"{NAMESPACE}:topology": json.dumps(topology)} | keys
    # Pulumi keeps its runtime in context variables: a fresh context is a fresh process to it.
    contextvars.copy_context().run(_run, full, run, _stack_program)
    return run


def _run(
    config: dict[str, str],
    run: Run,
    program: Callable[[], None],
    provider: mocks.Mocks | None = None,
) -> None:
    asyncio.set_event_loop(_LOOP)
    pulumi.runtime.set_all_config(config)
    monitor = _Monitor(run, provider or Echo())
    pulumi.runtime.set_mocks(
        monitor.mocks,
        project=NAMESPACE,
        stack="test",
        preview=True,
        monitor=monitor,
        logger=_logger(run),
    )

    settings.ROOT.set(None)  # `set_mocks` has made one; the program gets its own, as in the engine.

    async def whole() -> None:
        try:
            await run_in_stack(program)
        finally:
            root = settings.get_root_resource()
            assert isinstance(root, Stack)
            run.exports = dict(root.outputs)
            for name, value in run.exports.items():
                if isinstance(value, pulumi.Output) and await value.is_secret():
                    run.secret.add(name)

    try:
        _LOOP.run_until_complete(whole())
    except SystemExit as ending:
        run.code = int(ending.code or 0)
    except pulumi.RunError as error:  # Pulumi's runner shows it like this
        run.said.append(str(error))
        run.code = 1


def _stack_program() -> None:
    runpy.run_path(str(PROJECT / "__main__.py"), run_name="__main__")


class Echo(mocks.Mocks):
    """A provider that makes everything as it is asked to."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        return f"{args.name}-id", args.inputs

    def call(self, args: mocks.MockCallArgs) -> Any:
        assert args.token == "pulumi:pulumi:readStackOutputs", args.token
        return {}  # The stack is new.


class _Monitor(mocks.MockMonitor):
    def __init__(self, run: Run, provider: mocks.Mocks) -> None:
        super().__init__(provider)
        self._run = run

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802
        if request.type != "pulumi:pulumi:Stack":
            inputs = pulumi.runtime.rpc.deserialize_properties(request.object)
            self._run.resources.append(Registered(request.type, request.name, inputs, request))
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]


def _logger(run: Run) -> logging.Logger:
    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            run.said.append(record.getMessage())

    logger = logging.Logger("program", level=logging.INFO)  # noqa: LOG001 (no other run's)
    logger.addHandler(Kept())
    return logger
