"""Every value that a config gives to a setting of queues, in whatever way it is said."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from ...model import Topology
from ...model.policy_definition import OperatorPolicyDefinition, PolicyDefinition, policy_keys
from ...model.queue import queue_arguments
from ...problems import Path
from .written import Written


class Said(NamedTuple):
    """A value for a setting, where it is written."""

    path: Path
    setting: str
    """Name of the field in `Queue`."""
    value: Any
    raw: bool
    """Whether it is a raw argument: its form was not checked by the schema."""


@cache
def settings_by_argument() -> dict[str, str]:
    """`x-message-ttl` → `message_ttl`."""
    return {setting.name: name for name, setting in queue_arguments().items()}


def said(topology: Topology) -> Iterator[Said]:
    """Settings and raw arguments of defaults, profiles and queues, and keys of policies."""
    yield from _of_queues(Written(topology))
    known = queue_arguments()
    fields = [name for name, _ in policy_keys(PolicyDefinition) if name in known]
    operator_fields = [name for name, _ in policy_keys(OperatorPolicyDefinition) if name in known]
    sections = (("policies", fields), ("operator_policies", operator_fields))
    for section, names in sections:
        for policy_name, policy in getattr(topology, section).items():
            for name in names:
                value = getattr(policy.definition, name)
                if value is not None:
                    key = name.replace("_", "-")
                    yield Said((section, policy_name, "definition", key), name, value, raw=False)


def _of_queues(written: Written) -> Iterator[Said]:
    known, by_argument = queue_arguments(), settings_by_argument()
    for place, queue in written.queues():
        fields = queue.model_fields_set
        for name in known:
            value = getattr(queue, name) if name in fields else None
            if value is not None:
                yield Said((*place, name), name, value, raw=False)
        for argument, value in queue.arguments.items():
            if argument in by_argument:
                path = (*place, "arguments", argument)
                yield Said(path, by_argument[argument], value, raw=True)
