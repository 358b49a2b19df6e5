"""Dead-letter and alternate exchanges: RabbitMQ accepts any name, and drops what it cannot find."""

from __future__ import annotations

from collections.abc import Iterator

from ..problems import Path, did_you_mean
from .rule import Finding, error
from .view import View

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
