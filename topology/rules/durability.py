"""Queues and exchanges that do not stay, and queue types that always do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..problems import Path
from ..version import DENIED_SINCE, MASTER_LOCATOR, TRANSIENT_QUEUES
from .raw_arguments import RAW_ARGUMENTS
from .rule import Finding, error, warning
from .view import View
from .written import inherited

_HINT: Final = "leave durable out; where messages need not stay, publishers send them transient"
_LOCATOR: Final = "x-queue-master-locator"


@error("impossible-durability")
def impossible_durability(view: View) -> Iterator[Finding]:
    """Quorum queues and streams are durable and never delete themselves; RabbitMQ refuses them
    otherwise (400)."""
    for name, queue in view.own_queues():
        if queue.type not in ("quorum", "stream"):
            continue
        kind = "a stream" if queue.type == "stream" else "a quorum queue"
        for field, allowed in (("durable", True), ("auto_delete", False)):
            if getattr(queue, field) is not allowed:
                owner = ("queues", name)
                path, origin = inherited(view.written.queue_setting(name, field), owner)
                wanted = "is always durable" if allowed else "cannot delete itself"
                hint = f"write {field}: {str(allowed).lower()}, or use a classic queue"
                yield path, f"{kind} {wanted}{origin}", hint


@warning("non-durable")
def transient(view: View) -> Iterator[Finding]:
    """A transient queue is gone with its messages when its node restarts, and the stack would have
    to make it again. RabbitMQ has deprecated transient queues that are not exclusive; from 4.3 on
    it denies them unless its configuration permits them, which is the error `denied-feature`."""
    if not view.broker.denies(TRANSIENT_QUEUES):
        for path in _transient_queues(view):
            message = "a queue that is not durable is lost with its messages in a restart"
            yield path, message, _HINT
    for name, exchange in view.own_exchanges():
        if not exchange.durable:
            path = view.written.exchange_setting(name, "durable")
            message = "an exchange that is not durable is lost with its bindings in a restart"
            yield path, message, "leave durable out"


@error("denied-feature")
def denied_feature(view: View) -> Iterator[Finding]:
    """RabbitMQ refuses what needs a deprecated feature that it denies (400): by default, from 4.3
    on, queues that are neither durable nor exclusive; on any version, what its configuration
    `deprecated_features.permit` denies. `GET /api/deprecated-features` lists them."""
    where = "the broker" if view.broker.denied_features is not None else f"RabbitMQ {view.version}"
    if view.broker.denies(TRANSIENT_QUEUES):
        for path in _transient_queues(view):
            message = f"{where} denies queues that are not durable ({TRANSIENT_QUEUES})"
            yield path, message, _HINT
    # From then on the argument is refused as one that no queue type knows.
    if view.broker.denies(MASTER_LOCATOR) and view.version < DENIED_SINCE[MASTER_LOCATOR]:
        for place, queue in view.written.queues():
            if _LOCATOR in queue.arguments:
                path = (*place, "arguments", _LOCATOR)
                yield path, f"{where} denies it ({MASTER_LOCATOR})", RAW_ARGUMENTS[_LOCATOR].advice


def _transient_queues(view: View) -> Iterator[Path]:
    for name, queue in view.own_queues():
        if not queue.durable and queue.type == "classic":
            yield view.written.queue_setting(name, "durable")


@warning("auto-delete")
def auto_delete(view: View) -> Iterator[Finding]:
    """What deletes itself is missing at the next refresh: a queue, with its messages, when its last
    consumer goes; an exchange when its last binding goes, be it only to be replaced."""
    for name, queue in view.own_queues():
        if queue.auto_delete and queue.type == "classic":
            path = view.written.queue_setting(name, "auto_delete")
            message = "RabbitMQ deletes the queue, with its messages, when its last consumer goes"
            yield path, message, "leave auto_delete out"
    for name, exchange in view.own_exchanges():
        if exchange.auto_delete:
            path = view.written.exchange_setting(name, "auto_delete")
            message = "RabbitMQ deletes the exchange when its last binding goes"
            yield path, message, "leave auto_delete out"
