"""Everything in which a broker differs from what a stack declares.

`compare` is pure: it takes what was read of the broker before. `report` is what is shown. Pulumi's
own refresh sees only what is in its state, and of that not everything: not tags, not limits, not
passwords, and nothing that others declared.
"""

from ..kind import Kind
from .compare import compare
from .finding import Finding, State, Unknown
from .ignore import Ignore
from .report import Report

__all__ = [
    "Finding",
    "Ignore",
    "Kind",
    "Report",
    "State",
    "Unknown",
    "compare",
]
