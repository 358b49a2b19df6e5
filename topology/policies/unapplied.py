"""Which keys of a live policy stop applying to an object when another policy takes its place.

Nothing in the config says that these keys go, so it must not happen silently. What the stack says
for an object of its own, under the same key, is said: that one may take the place of the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..broker.live_policy import LivePolicy
from ..model.policy_definition import known_policy_keys
from ..version import Version
from .live_object import LiveObject, Settings


def foreign_keys(
    entry: LiveObject,
    lost: LivePolicy,
    successor: LivePolicy | None,
    settings: tuple[Settings, Settings],
    version: Version,
    *,
    own: bool,
) -> Mapping[str, Any]:
    """Of a policy that the stack does not manage: every key that would stop applying.

    `settings` hold for the object before and after; `own` is whether the stack declares it and may
    say something else under the same key.
    """
    before, after = settings
    said = successor.definition if own and successor is not None else {}
    return {
        key: value
        for key, value in lost.definition.items()
        if entry.reads(key, version) and key not in said and after.get(key) != before.get(key)
    }


def kept_keys(
    entry: LiveObject, lost: LivePolicy, settings: tuple[Settings, Settings], version: Version
) -> Mapping[str, Any]:
    """Of a policy of the stack's own, on an object that the stack does not declare: the keys that
    keep messages from being lost, and would not be set any more."""
    before, after = settings
    known = known_policy_keys()
    return {
        key: value
        for key, value in lost.definition.items()
        if entry.reads(key, version)
        and key in known
        and known[key].keeps(value)
        and key in before
        and (key not in after or not known[key].keeps(after[key]))
    }
