"""What the hooks of a run refuse.

An update stops at the first refusal: the engine leaves undone what has not begun. A preview changes
nothing, so there each hook lets the plan go on, and the run fails when the plan is whole.
"""

from __future__ import annotations

import sys
import threading
from typing import Any, Final

import pulumi
from pulumi.runtime.proto import engine_pb2

MESSAGE_WAS_SHOWN: Final = 32
"""Exit code by which Pulumi's Python language host knows that nothing more needs to be said; any
other makes it add a message of its own."""

CODE: Final = "[plan-refused]"
"""At the beginning of the last line of a preview with refusals."""


class Refused(Exception):
    """Something that a run must not do. Pulumi shows the text of what a hook raises."""


class Refusals:
    """Of one program. Threads share it."""

    def __init__(self, *, preview: bool) -> None:
        self._preview = preview
        self._lock = threading.Lock()
        self._texts: set[str] = set()
        if preview:
            self._fail_at_end()

    def refuse(self, urn: str, refusal: Refused) -> None:
        """Raises `refusal` in an update. In a preview, shows it beside the resource, once: the
        bindings of a queue are refused for the same reason as the queue."""
        if not self._preview:
            raise refusal
        with self._lock:
            if str(refusal) in self._texts:
                return
            self._texts.add(str(refusal))
        request = engine_pb2.LogRequest(severity=engine_pb2.ERROR, message=str(refusal), urn=urn)
        engine: Any = pulumi.runtime.settings.get_engine()
        engine.Log(request)

    def _fail_at_end(self) -> None:
        """Lets a preview with refusals fail after the engine has planned the last deletion.

        The SDK waits for that moment with a call to the engine, while hooks run; the engine then
        takes the program's exit code for the preview's result.
        """
        monitor: Any = pulumi.runtime.settings.get_monitor()
        wait = getattr(monitor, "SignalAndWaitForShutdown", None)
        if wait is None:
            return

        def waited(request: Any) -> Any:
            answer = wait(request)
            if self._texts:
                count = len(self._texts)
                shown = "1 refusal is shown" if count == 1 else f"{count} refusals are shown"
                pulumi.log.error(f"{CODE} an update would not carry out this plan: {shown}")
                sys.exit(MESSAGE_WAS_SHOWN)
            return answer

        monitor.SignalAndWaitForShutdown = waited
