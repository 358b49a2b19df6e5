"""The vhost's own settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..model import VHost
from ..version import Version
from .analysis.view import View
from .rule import Finding, error, warning

_DEFAULT_TYPE_SINCE: Final = Version(3, 11)


_OF_EXISTING: Final = frozenset({"name", "existing"})


@error("existing-vhost")
def existing_vhost(view: View) -> Iterator[Finding]:
    """A vhost with `existing` is only referred to. Its settings would silently be left out."""
    vhost = view.declared.vhost
    if not vhost.existing:
        return
    for field in VHost.model_fields:
        given = field in vhost.model_fields_set and getattr(vhost, field) is not None
        if given and field not in _OF_EXISTING:
            message = "a vhost that exists already is never changed or deleted"
            yield ("vhost", field), message, "leave this out, or leave out existing"


@error("queue-limit")
def queue_limit(view: View) -> Iterator[Finding]:
    """RabbitMQ refuses every queue beyond the vhost's limit (400)."""
    limit, count = view.declared.vhost.max_queues, len(view.topology.queues)
    if limit is not None and 0 <= limit < count:
        added = count - len(view.declared.queues)
        more = f", {added} of them for retry and dead_letter" if added else ""
        message = f"allows {limit} queues, and {count} are declared{more}"
        yield ("vhost", "max_queues"), message, "raise it, or leave it out"


@warning("vhost-refuses-connections")
def vhost_refuses_connections(view: View) -> Iterator[Finding]:
    """With a limit of 0, no client can connect to the vhost."""
    if view.declared.vhost.max_connections == 0:
        hint = "write -1 for no limit, or leave it out"
        yield ("vhost", "max_connections"), "0 lets no client connect", hint


@warning("default-queue-type-without-effect")
def default_queue_type_without_effect(view: View) -> Iterator[Finding]:
    """Before 3.11, RabbitMQ accepts a vhost's default queue type and does not look at it: queues
    that clients declare are classic. Queues of this config get their type all the same."""
    if view.declared.vhost.default_queue_type is not None and view.version < _DEFAULT_TYPE_SINCE:
        message = f"RabbitMQ {view.version} does not look at it when clients declare queues"
        yield ("vhost", "default_queue_type"), message, "clients must name the type themselves"
