"""Exchanges that lead nowhere, and queues that nothing leads to."""

from __future__ import annotations

from collections.abc import Iterator

from .rule import Finding, warning
from .view import View

_DEFAULT_EXCHANGE_NAMES = ("", "amq.default")


@warning("unbound-exchange")
def unbound_exchange(view: View) -> Iterator[Finding]:
    """An exchange without bindings and without an alternate exchange drops what is published to
    it. Clients may bind queues of their own."""
    if not _bindings_are_known(view):
        return
    services = view.declared.services.values()
    bound_by_services = {name for s in services if s.declares for name in s.declares.binds}
    for name in view.declared.exchanges:
        if not view.routing.bound(name) and name not in bound_by_services:
            message = "nothing is bound to it: what is published to it is dropped"
            yield ("exchanges", name), message, "bind a queue to it"


@warning("unreachable-queue")
def unreachable_queue(view: View) -> Iterator[Finding]:
    """A queue without bindings can be reached through the default exchange alone, by publishing
    with its name as the routing key. That may be what is meant."""
    if not _bindings_are_known(view) or _someone_publishes_by_name(view):
        return
    reached = {b.destination for b in view.topology.bindings if b.destination_type == "queue"}
    for queue in view.effective.values():
        if queue.text("dead_letter_exchange") == "":
            reached.add(queue.text("dead_letter_routing_key") or "")
    reached.update(s.destination_queue or "" for s in view.declared.shovels.values())
    for name in view.declared.queues:
        if name not in reached:
            message = "no exchange leads to it: only the default exchange does, by its name"
            yield ("queues", name), message, "bind it, if it is not published to by its name"


def _someone_publishes_by_name(view: View) -> bool:
    services = view.declared.services.values()
    return any(s.replies or set(s.publishes) & set(_DEFAULT_EXCHANGE_NAMES) for s in services)


def _bindings_are_known(view: View) -> bool:
    return not any(path[0] == "bindings" for path in view.parsed.broken)
