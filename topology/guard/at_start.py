"""An update is refused before it has changed anything, as far as its deletions are known then.

The state of the last run tells what there is, the config what there will be. What changes while the
run is under way is refused by the hooks, right before each deletion.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from ..broker.state import LiveExchange, LiveQueue
from ..hooks.command_line import Command
from ..hooks.engine_state import State
from ..kind import Kind
from ..ownership.difference import exchange_difference, queue_difference
from .context import Guarding
from .judgement import JUDGED, refusals
from .leaving import Leaving, Properties, Registered
from .renamed import Judged, together

_JUDGED: Final = JUDGED - {Kind.POLICY}
"""A policy is refused for the sake of what is retained alone, which the hooks know."""


def refused_at_start(guarding: Guarding, state: State, command: Command) -> list[str]:
    """Texts of refusals, each once."""
    return [str(one) for one in together(guarding, judged(guarding, state, command))]


def judged(guarding: Guarding, state: State, command: Command) -> Judged:
    """What is refused of all that a run would delete."""
    leaving = list(_leaving(guarding, state, destroys=command.destroys))
    return refusals(guarding, leaving, _JUDGED)


def _leaving(guarding: Guarding, state: State, *, destroys: bool) -> Iterator[Leaving]:
    for entry in state.values():
        kind, outputs = Kind.of_resource(str(entry.get("type"))), entry.get("outputs")
        if kind is None or not isinstance(outputs, Mapping) or _kept(guarding, kind, outputs):
            continue
        if destroys:
            yield Leaving(kind, outputs, Registered.WHOLLY)
        elif kind is Kind.BINDING or _goes(guarding, kind, outputs):
            again = kind in (Kind.QUEUE, Kind.EXCHANGE) and guarding.declares(
                kind, str(outputs["vhost"]), str(outputs["name"])
            )
            yield Leaving(kind, outputs, Registered.PENDING if again else Registered.NOT)


def _kept(guarding: Guarding, kind: Kind, outputs: Properties) -> bool:
    """Whether the engine may leave it on the broker: the state tells that to hooks alone."""
    retention, name = guarding.retention, str(outputs.get("name"))
    match kind:
        case Kind.QUEUE | Kind.EXCHANGE:
            return retention.object(kind, name)
        case Kind.VHOST:
            return retention.vhost(name) or guarding.topology.vhost.existing
        case _:
            return False


def _goes(guarding: Guarding, kind: Kind, outputs: Properties) -> bool:
    topology, name = guarding.topology, str(outputs.get("name"))
    match kind:
        case Kind.VHOST:
            return name != topology.vhost.name
        case Kind.QUEUE:
            queue = guarding.declared_queue(str(outputs["vhost"]), name)
            return queue is None or bool(queue_difference(queue, _queue(outputs)))
        case Kind.EXCHANGE:
            exchange = guarding.declared_exchange(str(outputs["vhost"]), name)
            return exchange is None or bool(exchange_difference(exchange, _exchange(outputs)))
        case Kind.USER:
            return False
        case Kind.SHOVEL if str(outputs.get("vhost")) == topology.vhost.name:
            return name not in topology.shovels
        case Kind.FEDERATION_UPSTREAM if str(outputs.get("vhost")) == topology.vhost.name:
            return name not in topology.federation_upstreams
        case _:
            # What is in a vhost of another name goes with it.
            return str(outputs.get("vhost")) != topology.vhost.name


def _queue(outputs: Properties) -> LiveQueue:
    settings = outputs.get("settings") or {}
    arguments = json.loads(settings.get("argumentsJson") or "{}")
    return LiveQueue.from_api(
        {
            "name": outputs["name"],
            "type": arguments.get("x-queue-type", "classic"),
            "durable": bool(settings.get("durable")),
            "auto_delete": bool(settings.get("autoDelete")),
            "arguments": arguments or settings.get("arguments") or {},
        }
    )


def _exchange(outputs: Properties) -> LiveExchange:
    settings = outputs.get("settings") or {}
    return LiveExchange.from_api(
        {
            "name": outputs["name"],
            "type": settings.get("type"),
            "durable": bool(settings.get("durable")),
            "auto_delete": bool(settings.get("autoDelete")),
            "internal": False,
            "arguments": settings.get("arguments") or {},
        }
    )
