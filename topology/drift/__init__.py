"""Everything in which a broker differs from what a stack declares.

`compare` is pure: it takes what was read of the broker before. `report` is what is shown. Pulumi's
own refresh sees only what is in its state, and of that not everything: not tags, not limits, not
passwords, and nothing that others declared.
"""

from topology.drift.compare import compare
from topology.drift.finding import Finding, State, Unknown
from topology.drift.ignore import Ignore
from topology.drift.report import Report
from topology.kind import Kind

__all__ = [
    "Finding",
    "Ignore",
    "Kind",
    "Report",
    "State",
    "Unknown",
    "compare",
]
