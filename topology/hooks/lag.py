"""Errors that pass by themselves, because nodes of a cluster learn of a change one after another.

A load balancer may send the request that creates an object to one node, and the request that reads
it to another. RabbitMQ answers the first when most nodes have the change, so the second may be
answered with 404 for some milliseconds more. The Pulumi engine shows the provider's error texts;
those of the releases 1.8.0 and 1.10.1 and of the Terraform bridge are matched here, and no others:
an error that is not matched is final, so are 400, 401 and 403.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final


class Lag(Enum):
    """What was wrong, in the words of the message that ends the tries."""

    NOT_READ = "it was written, and was missing when it was read"
    NOT_THERE = "the vhost, queue, exchange or user that it belongs to was missing"
    NOT_GONE = "what it replaces was deleted, and was still there"
    NOT_REACHED = "the node that was asked did not serve the request"

    @property
    def cause(self) -> str:
        """What is likely wrong, and what would be right."""
        if self is Lag.NOT_REACHED:
            return "the broker, one of its nodes or a load balancer before them is not available"
        return (
            "rabbitmq:endpoint leads to several nodes of a cluster, and one is cut off from the "
            "others: look at `rabbitmqctl cluster_status`, or set rabbitmq:endpoint to one node"
        )


_CREATE: Final = "create"
_UPDATE: Final = "update"

_TABLE: Final[tuple[tuple[Lag, tuple[str, ...], re.Pattern[str]], ...]] = (
    (Lag.NOT_READ, (_CREATE,), re.compile(r"expected non-nil error with nil state during Create")),
    (Lag.NOT_READ, (_UPDATE,), re.compile(r"reported that the resource did not exist while updat")),
    (
        Lag.NOT_THERE,
        (_CREATE, _UPDATE),
        re.compile(r"Error 404 \(|: 404 Not Found|: it does not exist"),
    ),
    (Lag.NOT_THERE, (_CREATE, _UPDATE), re.compile(r"Error 400 \(.*no_such_(?:user|vhost)")),
    (
        Lag.NOT_REACHED,
        (_CREATE, _UPDATE),
        re.compile(
            r"Error 50[234] \(|answered 50[234] |: 50[234] [A-Z]"
            r"|connect: connection refused|connection reset by peer|: EOF(?:$|\n)"
        ),
    ),
)
_INEQUIVALENT: Final = re.compile(r"Error 400 \(.*inequivalent arg", re.DOTALL)


def lag(operation: str, error: str, *, replaced: bool) -> Lag | None:
    """What will pass, or None where the error is final.

    `operation` is Pulumi's `create`, `update` or `delete`; a deletion is never tried again, because
    what was checked before it may have changed since. `replaced`: the object has been deleted in
    this run, and is to be made anew.
    """
    for found, operations, pattern in _TABLE:
        if operation in operations and pattern.search(error):
            return found
    if operation == _CREATE and replaced and _INEQUIVALENT.search(error):
        return Lag.NOT_GONE
    return None
