"""Which policy RabbitMQ applies to a queue or exchange: one, the strongest that matches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from ..model import OperatorPolicy, Policy
from ..model.policy_definition import blocking_keys
from ..model.queue_type import QueueType
from ..version import NEWEST, Version
from .regular_expression import pattern_matches

Kind = Literal["exchange"] | QueueType

_QUEUE_TYPES: dict[str, tuple[str, ...]] = {
    "queues": ("classic", "quorum", "stream"),
    "classic_queues": ("classic",),
    "quorum_queues": ("quorum",),
    "streams": ("stream",),
    "exchanges": ("exchange",),
    "all": ("exchange", "classic", "quorum", "stream"),
}


def matching(
    policies: Mapping[str, Policy] | Mapping[str, OperatorPolicy],
    name: str,
    kind: Kind,
    version: Version = NEWEST,
) -> Iterator[str]:
    """Names of the policies that match, the one that applies first.

    One that holds a key which its queue type does not know is passed over, as RabbitMQ does. Which
    of two with the same priority applies is RabbitMQ's own choice; here, the first by name.
    """
    found = [
        policy_name
        for policy_name, policy in policies.items()
        if covers(policy.apply_to, kind)
        and pattern_matches(policy.pattern, name)
        and not (kind != "exchange" and blocking_keys(policy.definition.values(), kind, version))
    ]
    yield from sorted(found, key=lambda policy_name: (-policies[policy_name].priority, policy_name))


def covers(apply_to: str, kind: Kind) -> bool:
    """Whether a policy that is for `apply_to` is for objects of this kind."""
    return kind in _QUEUE_TYPES[apply_to]
