"""What a run waits for, and in which threads.

`pending` keeps what has begun and not ended, `watch` reports it when nothing has moved for a while,
and `hook_threads` runs the blocking part of resource hooks.
"""

from topology.waits.hook_threads import HookThreads
from topology.waits.pending import Pending
from topology.waits.watch import Watch

__all__ = ["HookThreads", "Pending", "Watch"]
