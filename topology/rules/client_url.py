"""Names with which an exported URL does not connect in a client that misreads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .rule import Finding, warning
from .view import View

_SET_URI: Final = "ConnectionFactory.setUri of RabbitMQ's Java client"
_HINT: Final = "choose another name, or let Java clients set vhost, user and password one by one"


@warning("java-client-url")
def java_client_url(view: View) -> Iterator[Finding]:
    """`ConnectionFactory.setUri` of RabbitMQ's Java client decodes the vhost of a URL twice, and
    user and password as US-ASCII: with a `%` in the vhost's name, or letters beyond ASCII in a
    service's, the exported URL does not connect there, or connects to another vhost. Other clients
    read it as it is meant."""
    if "%" in view.declared.vhost.name:
        message = f"{_SET_URI} decodes the vhost of an exported URL twice, and finds another name"
        yield ("vhost",), message, _HINT
    for name in view.declared.services:
        if not name.isascii():
            message = f"{_SET_URI} decodes the user of the exported URL as US-ASCII"
            yield ("services", name), message, _HINT
