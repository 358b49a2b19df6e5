"""Dead letters that go round in circles, and dead letters that go nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from .dead_letter_path import dies_by_itself
from .rule import Finding, error, warning
from .view import View


@error("dead-letter-loop", ignorable=True)
def dead_letter_loop(view: View) -> Iterator[Finding]:
    """RabbitMQ drops a message that comes back to a queue where it was dead-lettered before, if it
    was never rejected on the way, only expired or pushed out; a quorum queue with at-least-once
    keeps it for ever and delivers it to nobody. Nothing says so."""
    for way in view.dead_letter_paths.returning_by_themselves:
        name = next((name for name in way if name in view.declared.queues), None)
        if name is not None:
            path = view.place(view.effective[name], "dead_letter_exchange")
            message = (
                f"messages that expire or are pushed out come back ({' → '.join(way)}) without "
                f"having been rejected, and RabbitMQ then delivers them to nobody"
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
