"""Threads in which resource hooks wait for the broker.

Pulumi's program runner gives the event loop's default executor four threads for each parallel
operation, and each registration of a resource blocks one of them until the engine has answered. The
engine answers after the resource's hooks have run. A hook that needs a thread of the same executor,
as `asyncio.to_thread` does, waits for registrations that wait for hooks, and the run never ends.

Nothing in these threads waits for work that has yet to get one: a guard waits for the broker, for a
time, or for a lock whose holder is running.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, TypeVar

from .pending import Pending

AT_A_TIME: Final = 32
"""Hooks that wait for the broker side by side; others wait for one of these to end."""

_T = TypeVar("_T")


class HookThreads:
    """Runs the blocking part of hooks. `pending` is told what each waits for."""

    def __init__(self, pending: Pending, *, at_a_time: int = AT_A_TIME) -> None:
        self.pending = pending
        self._pool = ThreadPoolExecutor(at_a_time, thread_name_prefix="hook")

    async def run(self, what: str, work: Callable[..., _T], *arguments: object) -> _T:
        """The result of `work`; raises what it raises. `what` as in `Pending.waiting_for`."""
        # Pulumi keeps the run in context variables: without them, a thread could not log.
        context = contextvars.copy_context()
        call = partial(context.run, work, *arguments)
        with self.pending.waiting_for(what):
            return await asyncio.get_running_loop().run_in_executor(self._pool, call)
