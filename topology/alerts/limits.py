"""The limits that hold for a queue on the broker, wherever they are declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..expand import Expanded
from ..expand.effective_policy import matching
from ..model.queue import dropping, queue_arguments
from ..model.queue_argument import Drop
from ..model.queue_type import QueueType
from ..rules.analysis.effective_queue import EffectiveQueue, effective_queues
from ..rules.analysis.policy_matches import matches
from ..version import NEWEST, Version

NUMBERS = tuple(
    name
    for name, setting in dropping(Drop.LENGTH, Drop.AGE, Drop.DISUSE).items()
    if setting.known("classic", NEWEST)
)
"""Those that are numbers: the age of a stream's segments is text, and no operator policy has it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """None where there is no limit."""

    type: QueueType
    max_length: int | None = None
    """Ready messages."""
    max_length_bytes: int | None = None
    message_ttl: int | None = None
    """Milliseconds."""
    expires: int | None = None
    """Milliseconds without use."""
    refuses: bool = False
    """Whether a full queue refuses new messages, instead of dropping its oldest."""


def limits(expanded: Expanded, version: Version) -> dict[str, Limits]:
    """Queue → its limits. Of a number that an argument, a policy and an operator policy set,
    RabbitMQ takes the smallest."""
    operator = expanded.settled.topology.operator_policies
    found = {}
    for name, queue in effective(expanded, version).items():
        winner = next(matching(operator, name, queue.type, version), None)
        capped = operator[winner].definition.values() if winner is not None else {}
        numbers = {field: _smallest(field, queue, capped) for field in NUMBERS}
        refuses = str(queue.get("overflow") or "").startswith("reject-publish")
        found[name] = Limits(queue.type, **numbers, refuses=refuses)
    return found


def effective(expanded: Expanded, version: Version) -> dict[str, EffectiveQueue]:
    """Every queue with its arguments and the policy that applies to it."""
    complete = expanded.complete
    return effective_queues(expanded, matches(complete, complete.policies, version))


def _smallest(field: str, queue: EffectiveQueue, capped: dict[str, Any]) -> int | None:
    setting = queue_arguments()[field]
    assert setting.policy is not None
    key = setting.policy.name
    values = (queue.arguments.get(setting.name), queue.policy.get(key), capped.get(key))
    numbers = [v for v in values if isinstance(v, int) and not isinstance(v, bool)]
    return min(numbers, default=None)
