"""What a migration makes for a while: shovels and the parking queue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from ..broker import Management
from ..broker.state import LiveQueue
from ..model import Queue
from ..model.queue import dropping
from ..model.queue_argument import Drop
from ..version import Version
from .model import Halted
from .move import Place
from .source import Reader

PREFETCH: Final = 1000
"""Messages that are on their way at most; so many may arrive twice if a broker goes down."""

_RECONNECT_SECONDS: Final = 1


def shovel(source: Place, exchange: Place, uri: str = "") -> dict[str, Any]:
    """The value of the parameter. `uri` is that of another broker, which has the source.

    A message is acknowledged to the source when the destination has confirmed it. The fanout in
    between keeps routing keys: a shovel to a queue would write the queue's name in their place,
    and copy messages with a header `CC` to queues of those names. The node's own URIs name no host
    and no user: it connects to itself, as itself, which also lets the property `user_id` through.
    """
    return {
        "src-protocol": "amqp091",
        "src-uri": uri or _uri(source.vhost),
        "src-queue": source.queue,
        "src-prefetch-count": PREFETCH,
        "src-delete-after": "never",
        "dest-protocol": "amqp091",
        "dest-uri": _uri(exchange.vhost),
        "dest-exchange": exchange.queue,
        "dest-add-forward-headers": False,
        "dest-add-timestamp-header": False,
        "ack-mode": "on-confirm",
        "reconnect-delay": _RECONNECT_SECONDS,
    }


def _uri(vhost: str) -> str:
    return f"amqp:///{quote(vhost, safe='')}"


class Shovels:
    """Those of one migration. Raises `BrokerError` where a broker cannot be asked."""

    def __init__(self, management: Management, vhost: str, reader: Reader | None = None) -> None:
        self._management, self._vhost, self._reader = management, vhost, reader

    def start(self, name: str, source: Place) -> None:
        """From a queue into the exchange of the same name as the shovel."""
        path = ("parameters", "shovel", self._vhost, name)
        found = (self._management.find(*path) or {}).get("value")
        uri = self._reader.uri(found) if self._reader else ""
        wanted = shovel(source, Place(self._vhost, name), uri)
        if found == wanted:
            return
        reason = self._management.put(*path, body={"value": wanted})
        if reason is not None:
            raise Halted(f"RabbitMQ refuses the shovel: {reason}")

    def stop(self, name: str) -> None:
        self._management.delete("parameters", "shovel", self._vhost, name)

    def runs(self, name: str) -> bool:
        return self._state(name).get("state") == "running"

    def ailment(self, name: str) -> str:
        """Why a shovel does not run; empty if it does."""
        state = self._state(name)
        if state.get("state") != "terminated":
            return ""
        return str(state.get("reason") or "it has ended")

    def _state(self, name: str) -> dict[str, Any]:
        states: list[dict[str, Any]] = self._management.find("shovels", self._vhost) or []
        return next((state for state in states if state.get("name") == name), {})


_UNLIMITED_SINCE: Final = Version(4, 0)
"""From here on quorum queues have a delivery limit by default, and -1 is none."""

_DEAD_LETTERS: Final = tuple(
    setting.policy.name for setting in dropping(Drop.DEAD_LETTER).values() if setting.policy
)


def parking_arguments(declared: Queue, origin: LiveQueue, nodes: int) -> dict[str, Any]:
    """Replicated if anything about the queue is, or could be: a parked message is as safe as
    before. Never bounded, never expiring."""
    quorum = nodes > 1 or "quorum" in (declared.type, origin.type)
    return {"x-queue-type": "quorum" if quorum else "classic"}


def parking_settings(
    origin: LiveQueue, applied: Mapping[str, Any], arguments: Mapping[str, Any], version: Version
) -> dict[str, Any]:
    """The definition of the policy that keeps others off; `applied` is that of the old queue's
    policy, `arguments` are the parking queue's.

    What expires by its own TTL while it is parked is dead-lettered as the old queue would have
    done. Nothing else dies here.
    """
    settings: dict[str, Any] = {"overflow": "reject-publish"}  # Without limits nothing overflows.
    quorum = arguments["x-queue-type"] == "quorum"
    fixed = origin.arguments
    for key in _DEAD_LETTERS:
        value = fixed.get(f"x-{key}", applied.get(key))
        # A policy with a key that the queue's type does not know would not apply at all.
        if value is not None and (quorum or key != "dead-letter-strategy"):
            settings[key] = value
    if quorum and version >= _UNLIMITED_SINCE:
        settings["delivery-limit"] = -1
    return settings
