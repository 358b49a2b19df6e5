"""Nothing that holds messages, or that is in use, is deleted by a run.

One noun a file decides what stands in the way of a deletion, `veto` takes any of them, and `hooks`
lets Pulumi ask. Guards only refuse: the engine and the provider delete.
"""

from .at_start import refused_at_start
from .broker import GuardedBroker
from .context import Guarding
from .hooks import Guards
from .refusal import Refusal

__all__ = ["GuardedBroker", "Guarding", "Guards", "Refusal", "refused_at_start"]
