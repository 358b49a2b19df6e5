"""Registrations that the engine will not answer.

The engine carries out a replacement as a chain of steps: what depends on the old resource is
deleted, then the old resource, then the new one is created, and only this last step answers the
registration. With `--continue-on-error`, a deletion that fails ends the chain and the run goes on:
the registration is never answered (CLI 3.259: `DeleteStep.Fail` in `pkg/resource/deploy/step.go`
does nothing), and the program and the engine wait for each other for ever. Without the option the
engine ends the run.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import pulumi

from ..kind import Kind
from .command_line import continues_on_error

Key: TypeAlias = tuple[str, str]
"""Type and logical name of a resource."""

_NEEDED: Final = frozenset({Kind.VHOST, Kind.USER, Kind.EXCHANGE, Kind.QUEUE})
"""What other resources depend on, so that a replacement deletes these first."""


class Unanswered:
    """The registrations of one program that are under way. Threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: dict[Key, Any] = {}
        self._names: dict[Key, str] = {}
        """On the broker, of what other resources may depend on."""
        self._failed: list[set[Key]] = []
        """For each failed deletion, the registrations of which one will not be answered."""

    @classmethod
    def of_run(cls) -> Unanswered:
        """Follows the registrations of the running program, if the engine continues on errors."""
        found = cls()
        monitor: Any = pulumi.runtime.settings.get_monitor()
        begin = getattr(getattr(monitor, "RegisterResource", None), "future", None)
        if begin is not None and continues_on_error():
            monitor.RegisterResource = found.following(begin)
        return found

    def following(self, begin: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """A `RegisterResource` that ends with `NotAnswered` where the engine will not answer.

        `begin` starts the call and returns its future.
        """

        def register(request: Any) -> Any:
            key, kind = (request.type, request.name), Kind.of_resource(request.type)
            name = request.object.fields["name"].string_value if kind in _NEEDED else ""
            call = begin(request)
            with self._lock:
                self._calls[key] = call
                if name:
                    self._names[key] = name
            try:
                return call.result()
            except Exception:
                if call.cancelled():
                    raise NotAnswered(request.type, name or request.name) from None
                raise
            finally:
                with self._lock:
                    self._calls.pop(key, None)
                    self._names.pop(key, None)
                self._end()

        return register

    def deletion_fails(self, args: pulumi.ResourceHookArgs | pulumi.ErrorHookArgs) -> None:
        """To be called in a hook that makes a deletion fail, before it returns or raises.

        Deletions of what is not declared come after all registrations, and leave none unanswered.
        """
        with self._lock:
            found = self._waiting((args.type, args.name), args.old_inputs or {})
            if not found:
                return
            self._failed.append(found)
        task = asyncio.current_task()
        assert task is not None, "hooks are coroutines"
        # The program may end then, so the answer of the hook goes first.
        task.add_done_callback(lambda _: self._end())

    def _waiting(self, deleted: Key, inputs: Any) -> set[Key]:
        """The registrations of which one is a replacement that begins with this deletion."""
        if deleted in self._calls:
            return {deleted}
        values = [value for value in inputs.values() if isinstance(value, str)]
        return {key for key, name in self._names.items() if name in values}

    def _end(self) -> None:
        """Ends each registration that is found out to be the one without an answer."""
        with self._lock:
            left = [found & self._calls.keys() for found in self._failed]
            single = {key for found in left if len(found) == 1 for key in found}
            self._failed = [found for found in left if len(found) > 1]
            calls = [self._calls[key] for key in single]
        for call in calls:
            call.cancel()


class NotAnswered(pulumi.RunError):
    """A replacement that the engine has given up. Pulumi shows the text, without a traceback."""

    def __init__(self, resource_type: str, name: str) -> None:
        kind = Kind.of_resource(resource_type)
        super().__init__(
            f"{kind.words if kind else resource_type} {name} was not replaced: a deletion was "
            f"refused or failed, see the error there. With --continue-on-error the engine would "
            f"wait for ever for this replacement, so the program ends here. What does not depend "
            f"on it was applied; what is no longer declared was not deleted. Once the cause of the "
            f"error is gone, run the same command again."
        )
