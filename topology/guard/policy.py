"""The guard of policies: a queue that stays keeps its settings."""

from __future__ import annotations

from topology.broker.error import BrokerError
from topology.guard.context import Guarding
from topology.guard.refusal import unasked


def guard_policy(guarding: Guarding, vhost: str, name: str) -> None:
    """Deletes a policy, unless it applies to something released or protected that stays: then it
    stays with it.

    Without its policy, a queue would no longer dead-letter what its consumers reject, and an
    exchange would drop what it cannot route.
    """
    try:
        if not _stays(guarding, vhost, name) and not guarding.preview:
            guarding.broker.management.delete("policies", vhost, name)
    except BrokerError as error:
        raise unasked("policy", name, error) from None


def _stays(guarding: Guarding, vhost: str, name: str) -> bool:
    release, broker = guarding.topology.release, guarding.broker
    if release.vhost:
        return True
    # What is declared, and goes, is destroyed, but for what is protected.
    destroyed = guarding.declares_policy(vhost, name)
    if not (release.queues or release.exchanges or destroyed):
        return False

    def queue_stays(queue: str) -> bool:
        protected = destroyed and guarding.protects(guarding.declared_queue(vhost, queue))
        return guarding.releases_queue(queue) or protected

    def exchange_stays(exchange: str) -> bool:
        protected = destroyed and guarding.protects(guarding.declared_exchange(vhost, exchange))
        return guarding.releases_exchange(exchange) or protected

    return any(map(queue_stays, broker.names_under(vhost, name, "queues"))) or any(
        map(exchange_stays, broker.names_under(vhost, name, "exchanges"))
    )
