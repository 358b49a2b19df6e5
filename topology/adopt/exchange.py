"""An exchange on the broker → its declaration."""

from __future__ import annotations

from typing import Any

from ..broker.state import LiveExchange
from .unheld import Unheld


def exchange_entry(exchange: LiveExchange, own: dict[str, Any]) -> dict[str, Any]:
    """What declares an exchange as it is; `own` is what a policy for just this one sets. Raises
    `Unheld`."""
    if exchange.internal:
        raise Unheld("internal: the provider has no such exchanges")
    entry: dict[str, Any] = {}
    if exchange.type != "direct":
        entry["type"] = exchange.type
    if not exchange.durable:
        entry["durable"] = False
    entry |= own
    if arguments := dict(exchange.arguments):
        entry["arguments"] = arguments
    return entry
