"""Dead letters: the settings they need, where they go, and loops."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Policy
from ..problems import Path, did_you_mean
from .analysis.dead_letter_path import dies_by_itself
from .analysis.effective_queue import EffectiveQueue
from .analysis.view import View
from .analysis.written import inherited
from .rule import Finding, error, warning

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


_HINT = "declare it, or correct the name"


@error("undeclared-dead-letter-exchange", ignorable=True)
def undeclared_dead_letter_exchange(view: View) -> Iterator[Finding]:
    """RabbitMQ accepts a dead-letter exchange that does not exist, and drops the messages that
    should go there. Ignore the rule for an exchange that is declared elsewhere."""
    for place, queue in view.written.queues():
        raw = queue.arguments.get("x-dead-letter-exchange")
        path = (*place, "arguments", "x-dead-letter-exchange")
        yield from _exchange(view, path, raw)
        yield from _exchange(view, (*place, "dead_letter_exchange"), queue.dead_letter_exchange)
    for name, policy in view.declared.policies.items():
        path = ("policies", name, "definition", "dead-letter-exchange")
        yield from _exchange(view, path, policy.definition.values().get("dead-letter-exchange"))


@error("undeclared-alternate-exchange", ignorable=True)
def undeclared_alternate_exchange(view: View) -> Iterator[Finding]:
    """RabbitMQ accepts an alternate exchange that does not exist, and drops the messages that
    should go there. Ignore the rule for an exchange that is declared elsewhere."""
    for place, exchange in view.written.exchanges():
        raw = exchange.arguments.get("alternate-exchange")
        yield from _exchange(view, (*place, "arguments", "alternate-exchange"), raw)
        yield from _exchange(view, (*place, "alternate_exchange"), exchange.alternate_exchange)
    for name, policy in view.declared.policies.items():
        path = ("policies", name, "definition", "alternate-exchange")
        yield from _exchange(view, path, policy.definition.values().get("alternate-exchange"))


@error("dead-letter-to-default-exchange", ignorable=True)
def dead_letter_to_default_exchange(view: View) -> Iterator[Finding]:
    """The default exchange routes to the queue that the routing key names. Dead letters keep the
    key they were published with, which often is the name of the very queue they come from, unless
    `dead_letter_routing_key` names another. A queue that does not exist gets nothing."""
    for name in view.declared.queues:
        queue = view.effective[name]
        if queue.text("dead_letter_exchange") != "":
            continue
        key = queue.text("dead_letter_routing_key")
        if key is None:
            path = view.place(queue, "dead_letter_exchange")
            message = "the default exchange needs a key that names a queue"
            yield path, message, "set dead_letter_routing_key to the name of a queue"
        elif key not in view.queue_names and view.whole("queues"):
            path = view.place(queue, "dead_letter_routing_key")
            hint = did_you_mean(key, view.queue_names) or _HINT
            yield path, "names no declared queue, and the default exchange routes by name", hint


def _exchange(view: View, path: Path, name: object) -> Iterator[Finding]:
    if not isinstance(name, str) or name == "" or not view.whole("exchanges"):
        return
    if name not in view.exchange_names:
        hint = did_you_mean(name, view.exchange_names) or _HINT
        yield path, "no exchange of this name is declared", hint


@error("dead-letter-loop", ignorable=True)
def dead_letter_loop(view: View) -> Iterator[Finding]:
    """RabbitMQ drops a message that comes back to a queue where it was dead-lettered before, if it
    was never rejected on the way, only expired or pushed out; a quorum queue with at-least-once
    keeps it for ever and delivers it to no consumer. Nothing says so."""
    for way in view.dead_letter_paths.returning_by_themselves:
        name = next((name for name in way if name in view.declared.queues), None)
        if name is not None:
            path = view.place(view.effective[name], "dead_letter_exchange")
            message = (
                f"messages that expire or are pushed out come back ({' → '.join(way)}) without "
                f"having been rejected, and RabbitMQ then delivers them to no consumer"
            )
            hint = "let dead letters end elsewhere, or set no TTL and no length on this queue"
            yield path, message, hint


@warning("delivery-limit-loop")
def delivery_limit_loop(view: View) -> Iterator[Finding]:
    """A message that reaches a quorum queue's delivery limit is not rejected but dead-lettered by
    RabbitMQ itself, and dropped, or kept for ever, when it comes back."""
    for way in view.dead_letter_paths.returning_at_the_limit:
        if way[0] in view.declared.queues:
            path = view.place(view.effective[way[0]], "delivery_limit")
            message = (
                f"messages that reach the limit come back ({' → '.join(way)}) without having been "
                f"rejected, and RabbitMQ does not deliver them again"
            )
            yield path, message, "write -1 from RabbitMQ 4.0, or leave it out before"


@warning("endless-retry")
def endless_retry(view: View) -> Iterator[Finding]:
    """A message that is rejected and dead-lettered back to the same queue goes round for as long as
    it is rejected. RabbitMQ sets no limit: the delivery limit counts returns to the queue, not
    rounds."""
    lost = {name for way in view.dead_letter_paths.returning_by_themselves for name in way}
    told: set[str] = set()
    for names in view.dead_letter_paths.endless():
        if lost.intersection(names):
            continue
        consumed = (name for name in names if not dies_by_itself(view.effective[name]))
        own = sorted(name for name in consumed if name in view.declared.queues)
        if own and own[0] not in told:
            told.add(own[0])
            path = view.place(view.effective[own[0]], "dead_letter_exchange")
            others = sorted(names - {own[0]})
            by_way_of = f" by way of {', '.join(others)}" if others else ""
            message = f"a rejected message comes back{by_way_of}, without end"
            yield path, message, "write retry instead, or let the consumer count x-death"


@error("dead-letter-unrouted", ignorable=True)
def dead_letter_unrouted(view: View) -> Iterator[Finding]:
    """A dead letter that its exchange cannot route is dropped. Ignore the rule where clients make
    the bindings."""
    routing = view.routing
    for name in view.declared.queues:
        queue = view.effective[name]
        exchange = queue.text("dead_letter_exchange")
        if not exchange or exchange not in view.topology.exchanges or not view.whole("bindings"):
            continue
        if any(path[0] == "bindings" for path in view.parsed.broken):
            continue
        key = queue.text("dead_letter_routing_key")
        keys = routing.arriving_keys[name] if key is None else {key}
        if not any(routing.reaches_queue(exchange, arriving) for arriving in keys):
            path = view.place(queue, "dead_letter_exchange")
            message = f"exchange {exchange} leads dead letters of this queue to no queue"
            if routing.bound(exchange):
                message = f"no binding of exchange {exchange} takes dead letters of this queue"
            yield path, message, "bind a queue to it for them"
