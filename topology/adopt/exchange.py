"""An exchange on the broker → its declaration."""

from __future__ import annotations

from typing import Any

from topology.adopt.unheld import Unheld
from topology.drift.snapshot import Fields


def exchange_entry(exchange: Fields, own: dict[str, Any]) -> dict[str, Any]:
    """What declares an exchange as it is; `own` is what a policy for just this one sets. Raises
    `Unheld`."""
    if exchange.get("internal"):
        raise Unheld("internal: the provider has no such exchanges")
    entry: dict[str, Any] = {}
    if exchange["type"] != "direct":
        entry["type"] = exchange["type"]
    if not exchange.get("durable", True):
        entry["durable"] = False
    entry |= own
    if arguments := dict(exchange.get("arguments") or {}):
        entry["arguments"] = arguments
    return entry
