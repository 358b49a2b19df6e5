"""What a migration does on the broker: each act can be done again without harm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ..broker import BrokerReader, Management
from ..broker.state import LiveConsumer, LiveQueue
from ..expand.naming import exactly
from ..expand.settings import GENERATED_PRIORITY
from ..version import Version
from .model import Halted, Route
from .move import LIMITS, Move, Place, Way
from .source import Reader
from .stage import Seen
from .temporary import Shovels, parking_arguments, parking_settings

OVER_ALL: Final = GENERATED_PRIORITY + 1000
"""Priority of the migration's own policies: no other may drop what is parked."""

_NO_LIMIT: Final = 2**31 - 1
"""An operator policy cannot be empty; this many messages are never reached."""


class Actions:
    """The tools for one move. Raises `BrokerError` where the broker cannot be asked."""

    def __init__(
        self, management: Management, move: Move, version: Version, reader: Reader | None = None
    ) -> None:
        """`reader` is there if the old queue is on another broker."""
        self._management = management
        self._move = move
        self._version = version
        self._reader = reader
        self._here = BrokerReader(management)
        self._there = BrokerReader(reader.management) if reader else None
        self.vhost = move.target.vhost
        self.shovels = Shovels(management, self.vhost, reader)
        self.parking = Place(self.vhost, move.names.parking)

    def look(self) -> Seen:
        """Everything by which `stage` tells what is next."""
        move, names = self._move, self._move.names
        origin = self._queue(move.origin)
        in_place = move.way is Way.IN_PLACE
        parking = self._queue(self.parking)
        return Seen(
            origin=origin,
            target=origin if in_place else self._queue(move.target),
            parking=parking,
            origin_routes=self.routes(move.origin) if origin else (),
            parking_routes=self._parked_routes() if parking else (),
            target_routes=self.routes(move.target),
            leftovers=any(
                self._management.find(section, self.vhost, name) is not None
                for section, name in (
                    ("exchanges", names.out),
                    ("exchanges", names.back),
                    ("policies", names.parking),
                    ("policies", names.settings),
                    ("operator-policies", names.parking),
                )
            ),
        )

    @property
    def managements(self) -> tuple[Management, ...]:
        """Whoever uses them closes them."""
        return (self._management, *((self._reader.management,) if self._reader else ()))

    def _at(self, place: Place) -> BrokerReader:
        return self._there if self._there and place.broker else self._here

    def _queue(self, place: Place) -> LiveQueue | None:
        return self._at(place).queue(place.vhost, place.queue)

    def sample(self, place: Place) -> LiveQueue | None:
        """A queue with its statistics, which may be ten seconds old."""
        return self._queue(place)

    def published(self, place: Place) -> dict[str, int]:
        """How many messages have ever come to each queue of a vhost, as sampled."""
        reader = self._at(place)
        queues = reader.queues(place.vhost, since=reader.timing.clock()).queues
        return {queue.name: queue.published or 0 for queue in queues}

    def passed(self, exchange: str) -> int | None:
        """Messages that a shovel has ever published to an exchange of the migration's own, as
        sampled: at most some seconds old. None where there were none, and where the broker keeps
        no statistics of messages."""
        found = self._here.exchange(self.vhost, exchange)
        return found.published if found else None

    def routes(self, place: Place) -> tuple[Route, ...]:
        bindings = self._at(place).bindings_of(place.vhost, place.queue)
        return tuple(map(Route.on_broker, bindings))

    def _parked_routes(self) -> tuple[Route, ...]:
        out = self._move.names.out
        return tuple(route for route in self.routes(self.parking) if route.source != out)

    def parked_routes(self) -> tuple[Route, ...]:
        """Bindings of the parking queue that are the old queue's."""
        return self._parked_routes()

    # Parking

    def prepare_parking(self, origin: LiveQueue) -> None:
        """The policies come first: the queue must not be under another for a moment."""
        names = self._move.names
        pattern = exactly(names.parking)
        arguments = parking_arguments(self._move.declared, origin, self._nodes())
        now = self._here.timing.clock()
        policies = self._here.policies(self.vhost, since=now)
        applied = policies.definition(origin.name, origin.kind)
        settings = parking_settings(origin, applied, arguments, self._version)
        self._put_policy(names.parking, pattern, settings)
        if self._here.operator_policies_by_name(self.vhost, since=now):
            self._put_policy(names.parking, pattern, {"max-length": _NO_LIMIT}, operator=True)
        self._put_queue(self.parking, {"durable": True, "arguments": arguments})
        self.lead(names.out, self.parking)

    def _nodes(self) -> int:
        return sum(1 for node in self._here.nodes() if node.running)

    @property
    def clustered(self) -> bool:
        return self._nodes() > 1

    def lead(self, exchange: str, to: Place) -> None:
        """A fanout exchange of the migration's own in front of a queue."""
        body = {"type": "fanout", "durable": True}
        self._refuse(self._management.put("exchanges", self.vhost, exchange, body=body))
        self.bind(to, [Route(exchange, "")])

    # Queues and bindings

    def declare(self) -> None:
        """The new queue, under its declared policies from its first moment."""
        move = self._move
        for name, policy in move.policies.items():
            body = {
                "pattern": policy.pattern,
                "definition": policy.definition.values(),
                "priority": policy.priority,
                "apply-to": policy.apply_to,
            }
            self._refuse(self._management.put("policies", self.vhost, name, body=body))
        if move.limits:
            kept = {key: value for key, value in move.settings.items() if key not in LIMITS}
            pattern = exactly(move.target.queue)
            # A policy cannot be empty, and this is what RabbitMQ does anyway.
            self._put_policy(move.names.settings, pattern, kept or {"overflow": "drop-head"})
        queue = {
            "durable": move.declared.durable,
            "auto_delete": move.declared.auto_delete,
            "arguments": move.arguments,
        }
        self._put_queue(move.target, queue)

    def bind(self, to: Place, found: Iterable[Route]) -> list[Route]:
        """Returns the routes whose exchange does not exist."""
        missing = []
        for route in found:
            path = ("bindings", to.vhost, "e", route.source, "q", to.queue)
            body = {"routing_key": route.routing_key, "arguments": route.arguments}
            reason = self._management.post(*path, body=body)
            if reason is not None:
                missing.append(route)
        return missing

    def unbind(self, place: Place, route: Route) -> None:
        path = ("bindings", place.vhost, "e", route.source, "q", place.queue)
        self._refuse(self._management.delete(*path, route.properties_key or "~"))

    def delete(self, place: Place, *, unused: bool) -> str | None:
        """Deletes an empty queue. Returns why not: RabbitMQ refuses for classic queues alone."""
        found = self._queue(place)
        if found is None:
            return None
        if found.leaderless:
            return "it has no leader, so what is in it is unknown"
        conditions = {}
        if found.type == "classic":
            conditions = {"if-empty": "true"} | ({"if-unused": "true"} if unused else {})
        return self._management.delete("queues", place.vhost, place.queue, **conditions)

    # Consumers

    def exclusive_consumer(self, place: Place) -> bool:
        """Whether one consumer has a queue to itself, so that no shovel gets in."""
        return any(consumer.exclusive for consumer in self._consumers(place))

    def served_in_order(self, place: Place) -> bool:
        """Whether one consumer at a time gets the messages: no shovel takes them from it."""
        found, own = self._queue(place), self._consumers(place)
        single = found is not None and found.arguments.get("x-single-active-consumer") is True
        return bool(own) and (single or any(consumer.exclusive for consumer in own))

    def _consumers(self, place: Place) -> list[LiveConsumer]:
        consumers = self._at(place).consumers(place.vhost)
        return [consumer for consumer in consumers if consumer.queue == place.queue]

    # The end

    def tidy(self) -> None:
        """Takes away all that is left: the queue's own policies are those that are declared. The
        exchange comes last by which `choose` tells that something is left."""
        names = self._move.names
        for name in (names.back, names.out):
            self.shovels.stop(name)
        for section in ("policies", "operator-policies"):
            self._management.delete(section, self.vhost, names.parking)
        self._management.delete("policies", self.vhost, names.settings)
        if self._reader:
            self._reader.remove()
        for name in (names.back, names.out):
            self._management.delete("exchanges", self.vhost, name)

    def _put_policy(
        self, name: str, pattern: str, definition: Mapping[str, Any], *, operator: bool = False
    ) -> None:
        section = "operator-policies" if operator else "policies"
        body = {
            "pattern": pattern,
            "definition": dict(definition),
            "priority": OVER_ALL,
            "apply-to": "queues",
        }
        self._refuse(self._management.put(section, self.vhost, name, body=body))

    def _put_queue(self, place: Place, body: Mapping[str, Any]) -> None:
        reason = self._management.put("queues", place.vhost, place.queue, body=body)
        if reason is not None and self._queue(place) is None:
            raise Halted(f"RabbitMQ does not declare {place.queue}: {reason}")

    @staticmethod
    def _refuse(reason: str | None) -> None:
        if reason is not None:
            raise Halted(f"RabbitMQ refuses: {reason}")
