"""Queues that take the place of others."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import MigrateFrom
from .rule import Finding, error
from .view import View


@error("migrate-from")
def migrate_from(view: View) -> Iterator[Finding]:
    """A migration to another name or vhost ends with the old queue's deletion, so nothing else may
    declare that one or come from it."""
    own_vhost = view.topology.vhost.name
    taken: dict[tuple[str, str], str] = {}
    for name, queue in view.own_queues():
        origin = queue.migrate
        if not isinstance(origin, MigrateFrom):
            continue
        path = view.written.queue_setting(name, "migrate")
        vhost = origin.vhost or own_vhost
        if vhost == own_vhost and origin.from_ == name:
            yield path, "a queue does not come from itself", "write migrate: true"
        elif vhost == own_vhost and origin.from_ in view.queue_names:
            hint = "take it out of queues, or correct the name"
            yield path, f"the old queue {origin.from_} is still declared", hint
        elif (vhost, origin.from_) in taken:
            other = taken[vhost, origin.from_]
            message = f"the messages of {origin.from_} go to {other} already"
            yield path, message, "bind both queues, and let one take its place"
        taken.setdefault((vhost, origin.from_), name)
