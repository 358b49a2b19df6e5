"""What a service works with must be there, and be what the service takes it for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from ..model import Service
from ..problems import Path, did_you_mean
from .analysis.view import View
from .rule import Finding, error, warning


@error("undeclared-service-reference")
def undeclared_service_reference(view: View) -> Iterator[Finding]:
    """Rights on a queue or exchange that does not exist permit nothing now, and whatever is
    declared under that name later."""
    for name, service in view.declared.services.items():
        path: Path = ("services", name)
        exchanges = view.exchange_names | {""}
        for exchange in service.publishes:
            yield from _missing((*path, "publishes"), "exchange", exchange, exchanges)
        for index, queue in enumerate(service.consumes):
            yield from _missing((*path, "consumes", index), "queue", queue, view.queue_names)
        if service.declares is not None:
            own = (*path, "declares")
            for index, exchange in enumerate(service.declares.binds):
                yield from _missing((*own, "binds", index), "exchange", exchange, exchanges)
            target = service.declares.dead_letter_exchange
            if target is not None:
                where = (*own, "dead_letter_exchange")
                yield from _missing(where, "exchange", target, exchanges)


@error("routing-keys-without-topic")
def routing_keys_without_topic(view: View) -> Iterator[Finding]:
    """RabbitMQ holds users to routing keys on topic exchanges only; on others the patterns would
    permit everything."""
    for name, service in view.declared.services.items():
        for exchange, patterns in service.publishes.items():
            found = view.topology.exchanges.get(exchange)
            if patterns and found is not None and found.type != "topic":
                path = ("services", name, "publishes", exchange)
                message = f"holds the service to routing keys on a {found.type} exchange"
                yield path, message, "write [] here, or make it a topic exchange"


@error("prefix-matches-declared-queue")
def prefix_matches_declared_queue(view: View) -> Iterator[Finding]:
    """A service may delete what it may declare, and so also a queue of this config whose name
    begins with the service's prefix."""
    for name, service in view.declared.services.items():
        for queue in _under_prefix(service, view.topology.queues):
            path = ("services", name, "declares", "prefix")
            yield path, f"is the beginning of queue {queue}", "choose a prefix of its own"


def _under_prefix(service: Service, queues: Collection[str]) -> Iterator[str]:
    own = service.declares
    if own is not None:
        yield from (queue for queue in queues if queue.startswith(own.prefix))


def _missing(path: Path, kind: str, name: str, names: Collection[str]) -> Iterator[Finding]:
    if name not in names:
        hint = did_you_mean(name, names) or "declare it, or correct the name"
        yield path, f"no {kind} named {name} is declared", hint


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
