"""The program's own tables in the form of a broker's registries."""

from __future__ import annotations

from typing import Final

from tests.rules.broker_keys import TYPES, Keys
from topology.model.policy_definition import (
    OperatorPolicyDefinition,
    PolicyDefinition,
    blocking_keys,
    known_policy_keys,
    policy_keys,
)
from topology.model.queue import queue_arguments
from topology.rules.queue_argument import RAW_ARGUMENTS
from topology.version import Version

_TYPE: Final = "x-queue-type"


def known(series: str) -> Keys:
    """What the program takes for a series of RabbitMQ, without what only further plugins bring."""
    version = Version.parse(series)
    found: Keys = {
        "policy_keys": [
            key.name
            for _, key in policy_keys(PolicyDefinition)
            if not key.plugin and key.known(version)
        ],
        "operator_policy_keys": [
            key.name
            for _, key in policy_keys(OperatorPolicyDefinition)
            if key.known(version) and key.operator_since and key.operator_since <= version
        ],
    }
    for name in TYPES:
        settings = (setting for setting in queue_arguments().values())
        listed = [setting.name for setting in settings if setting.known(name, version)]
        raw = [key for key, one in RAW_ARGUMENTS.items() if one.span.covers(name, version)]
        found[f"{name}_arguments"] = [_TYPE, *listed, *raw]
        possible = [key for key, one in known_policy_keys().items() if one.known(version)]
        found[f"{name}_blocked"] = blocking_keys(possible, name, version)
    return {key: sorted(set(names)) for key, names in found.items()}
