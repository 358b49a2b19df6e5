"""Binding keys that the management API cannot find its way with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .rule import Finding, error
from .view import View

_DOTS: Final = (".", "..")
_BEFORE_HASH: Final = "~"


@error("unmanageable-binding")
def unmanageable_binding(view: View) -> Iterator[Finding]:
    """The management API calls a binding by its key and, behind a `~`, a hash of its arguments.
    Where the key holds a `~` itself, it answers 500 to all who list the vhost's bindings. And a
    binding called `.` or `..` can be made, and not deleted again (405)."""
    for path, binding in view.bindings():
        key = binding.routing_key
        # At its very end, a ~ does no harm.
        if binding.arguments and _BEFORE_HASH in key[:-1]:
            message = "with a ~ in the key of a binding with arguments, RabbitMQ fails to list any"
            yield (*path, "routing_key"), message, "choose another key, or leave the arguments out"
        elif key in _DOTS and not binding.arguments:
            message = "the management API can make a binding with this key, and not delete it"
            yield (*path, "routing_key"), message, "choose another key"
