"""What a run waits for, and in which threads.

`pending` keeps what has begun and not ended, `watch` reports it when nothing has moved for a while,
`hook_threads` runs the blocking part of resource hooks, and `retries` tries again what passes by
itself, which `lag` recognises. `unanswered` ends what the engine would never answer.
"""

from .hook_threads import HookThreads
from .pending import Pending
from .retries import Retries
from .unanswered import Unanswered
from .watch import Watch

__all__ = ["HookThreads", "Pending", "Retries", "Unanswered", "Watch"]
