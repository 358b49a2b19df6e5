"""Nothing that holds messages, or that somebody uses, is deleted by a run.

One noun a file decides what stands in the way of a deletion; `hooks` lets Pulumi ask them.
"""

from topology.guard.broker import GuardedBroker
from topology.guard.context import Guarding
from topology.guard.hooks import Guards, guarded
from topology.guard.refusal import Refusal

__all__ = ["GuardedBroker", "Guarding", "Guards", "Refusal", "guarded"]
