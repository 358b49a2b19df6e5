"""Settings of queues that need another one: without it RabbitMQ refuses them, or drops what they
promise without a word."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Policy
from ..problems import Path
from .effective import EffectiveQueue
from .rule import Finding, error
from .view import View
from .written import inherited

_KEY = "dead_letter_routing_key"
_EXCHANGE = "dead_letter_exchange"
_QUORUM_APPLY_TO = ("all", "queues", "quorum_queues")


@error("dead-letter-key-without-exchange")
def dead_letter_key_without_exchange(view: View) -> Iterator[Finding]:
    """RabbitMQ refuses the argument `x-dead-letter-routing-key` without `x-dead-letter-exchange`
    (400), and ignores the key in a policy without an exchange."""
    hint = "set the exchange too, or leave the key out"
    message = "has no effect without a dead-letter exchange"
    for queue in _own(view):
        if queue.get(_KEY) is None:
            continue
        if "x-dead-letter-routing-key" in queue.arguments:
            if "x-dead-letter-exchange" not in queue.arguments:
                path = view.place(queue, _KEY)
                yield path, "RabbitMQ refuses the argument without x-dead-letter-exchange", hint
        elif queue.get(_EXCHANGE) is None:
            yield view.place(queue, _KEY), message, hint
    helped = {q.base_policy for q in view.effective.values() if q.get(_EXCHANGE) is not None}
    for name, policy in view.declared.policies.items():
        definition = policy.definition.values()
        if "dead-letter-routing-key" not in definition or "dead-letter-exchange" in definition:
            continue
        if name not in helped:
            yield _key(name, "dead-letter-routing-key"), message, hint


@error("at-least-once")
def at_least_once(view: View) -> Iterator[Finding]:
    """A quorum queue dead-letters at least once only with `overflow: reject-publish` and with a
    dead-letter exchange. Without the first RabbitMQ falls back to at-most-once, where dead letters
    may be lost; without the second there are no dead letters. It says so only in its log."""
    for queue in _own(view):
        if queue.type != "quorum" or queue.get("dead_letter_strategy") != "at-least-once":
            continue
        path, origin = _located(view, queue, "dead_letter_strategy")
        yield from _unmet(path, origin, queue.get("overflow"), queue.get(_EXCHANGE))
    applied = {queue.base_policy for queue in view.effective.values()}
    for name, policy in view.declared.policies.items():
        # Where it applies to a queue, what the queue itself says counts too.
        definition = policy.definition.values()
        strategy = definition.get("dead-letter-strategy")
        if name not in applied and strategy == "at-least-once" and _for_quorum(policy):
            overflow, exchange = definition.get("overflow"), definition.get("dead-letter-exchange")
            yield from _unmet(_key(name, "dead-letter-strategy"), "", overflow, exchange)


@error("overflow-reject-publish-dlx")
def overflow_reject_publish_dlx(view: View) -> Iterator[Finding]:
    """RabbitMQ accepts `reject-publish-dlx` on quorum queues and then behaves as with `drop-head`:
    publishers are not refused, and the oldest messages go."""
    for queue in _own(view):
        if queue.type == "quorum" and queue.get("overflow") == "reject-publish-dlx":
            path, origin = _located(view, queue, "overflow")
            message = f"quorum queues take reject-publish-dlx for drop-head{origin}"
            yield path, message, "use reject-publish, or a classic queue"


@error("delayed-retry")
def delayed_retry(view: View) -> Iterator[Finding]:
    """RabbitMQ refuses a policy with `delayed-retry-type` and without `delayed-retry-min` (400);
    as an argument, the type alone does nothing."""
    for queue in _own(view):
        wanted = queue.get("delayed_retry_type") not in (None, "disabled")
        if wanted and queue.type == "quorum" and queue.get("delayed_retry_min") is None:
            path, origin = _located(view, queue, "delayed_retry_type")
            if path[0] != "policies":
                yield path, f"needs a shortest delay{origin}", "set delayed_retry_min too"
        yield from _delays(view, queue)
    for section in ("policies", "operator_policies"):
        for name, policy in getattr(view.declared, section).items():
            definition = policy.definition.values()
            wanted = definition.get("delayed-retry-type") not in (None, "disabled")
            if wanted and "delayed-retry-min" not in definition:
                path = (section, name, "definition", "delayed-retry-type")
                yield path, "RabbitMQ refuses it without delayed-retry-min", "set that too"


def _delays(view: View, queue: EffectiveQueue) -> Iterator[Finding]:
    shortest, longest = queue.number("delayed_retry_min"), queue.number("delayed_retry_max")
    if shortest is not None and longest is not None and longest < shortest:
        path, origin = _located(view, queue, "delayed_retry_max")
        yield path, f"is shorter than delayed_retry_min{origin}", "make it the longer of the two"


def _own(view: View) -> Iterator[EffectiveQueue]:
    return (view.effective[name] for name in view.declared.queues)


def _for_quorum(policy: Policy) -> bool:
    return policy.apply_to in _QUORUM_APPLY_TO


def _key(policy: str, key: str) -> Path:
    return ("policies", policy, "definition", key)


def _unmet(path: Path, origin: str, overflow: object, exchange: object) -> Iterator[Finding]:
    if exchange is None:
        message = f"at-least-once has no effect without a dead-letter exchange{origin}"
        yield path, message, "set dead_letter_exchange too"
    elif overflow != "reject-publish":
        message = f"RabbitMQ falls back to at-most-once without overflow: reject-publish{origin}"
        yield path, message, "set overflow: reject-publish too"


def _located(view: View, queue: EffectiveQueue, field: str) -> tuple[Path, str]:
    path = view.place(queue, field)
    # A policy is wrong in itself, whatever it applies to.
    return (path, "") if path[0] == "policies" else inherited(path, ("queues", queue.name))
