"""What every contender is asked to do, in this order."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Operation(StrEnum):
    """One measured command."""

    UP = "up"
    PREVIEW = "preview"
    REFRESH = "refresh"
    ONE_QUEUE = "one queue"
    POLICIES = "all policies"
    DESTROY = "destroy"
    CHECK = "check"
    START = "start"


MEANING: Final = {
    Operation.UP: "makes everything, from nothing",
    Operation.PREVIEW: "plans with nothing to change; OpenTofu's plan includes a refresh",
    Operation.REFRESH: "reads everything back from the broker",
    Operation.ONE_QUEUE: "gives one queue a message TTL, by a policy",
    Operation.POLICIES: "changes what all ten policies set",
    Operation.DESTROY: "removes everything",
    Operation.CHECK: "validates the topology offline",
    Operation.START: "starts the command line for its help",
}

SHARED: Final = tuple(Operation)[:6]
"""Those that others can do as well."""
