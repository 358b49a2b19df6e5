"""Everything in which a broker differs from what a stack declares.

`snapshot` reads the broker once, `compare` is pure, `report` is what is told. Pulumi's own refresh
sees only what is in its state, and of that not everything: not tags, not limits, not passwords, and
nothing that somebody else declared.
"""

from topology.drift.compare import compare
from topology.drift.finding import Finding, State, Unknown
from topology.drift.ignore import Ignore
from topology.drift.report import Report
from topology.drift.snapshot import Snapshot, read_snapshot
from topology.kind import Kind

__all__ = [
    "Finding",
    "Ignore",
    "Kind",
    "Report",
    "Snapshot",
    "State",
    "Unknown",
    "compare",
    "read_snapshot",
]
