"""The guard of policies: what stays on the broker keeps its settings."""

from __future__ import annotations

from ..broker.error import BrokerError
from .context import Guarding
from .refusal import Going, not_yet_retained, part_is_retained, unasked


def guard_policy(guarding: Guarding, vhost: str, name: str) -> None:
    """Raises `Refusal` if a policy applies to something that `retain` keeps.

    Without its policy, a queue would no longer dead-letter what its consumers reject, and an
    exchange would drop what it cannot route.
    """
    if (kept := retained_with(guarding, vhost, name)) is not None:
        kind, named = kept
        raise not_yet_retained(kind, named, _going(guarding, vhost, name), vhost)


def _going(guarding: Guarding, vhost: str, name: str) -> Going:
    if vhost == guarding.topology.vhost.name and not guarding.declares_policy(vhost, name):
        return Going.REMOVED
    return guarding.going("vhost", vhost, vhost)


def guard_retained_policy(guarding: Guarding, vhost: str, name: str) -> None:
    """Raises `Refusal` if a policy that stays on the broker is taken out without what it applies
    to: it would stay in force without being declared."""
    if guarding.declares_policy(vhost, name) or guarding.topology.retain.vhost:
        return
    if (kept := retained_with(guarding, vhost, name)) is not None and guarding.declares(
        kept[0], vhost, kept[1]
    ):
        raise part_is_retained(f"policy {name}", *kept)


def retained_with(guarding: Guarding, vhost: str, name: str) -> tuple[str, str] | None:
    """Kind and name of what a policy applies to on the broker, and `retain` keeps, if anything."""
    retain, retention = guarding.topology.retain, guarding.retention
    if retain.vhost:
        return "vhost", vhost
    if not (retain.queues or retain.exchanges):
        return None
    try:
        for kind in ("queue", "exchange"):
            for found in guarding.broker.names_under(vhost, name, f"{kind}s"):
                if retention.end(kind, found):
                    return kind, found
    except BrokerError as error:
        raise unasked("policy", name, error) from None
    return None
