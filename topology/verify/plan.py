"""Which acts prove the rights of a service: all that it should be able to do, and a sample of what
it should not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from ..expand import Access
from ..expand.rights import DEFAULT_EXCHANGE, permission, topic_expression
from ..model import Service, Topology
from .act import Act, Deed

SAMPLE = 5
"""Forbidden exchanges and queues that are tried, each."""

_UNROUTABLE = "topology.verify.unroutable"
"""A routing key and queue name that no binding has and no stack declares."""


def acts(access: Access, topology: Topology) -> Iterator[Act]:
    """`topology` is the one that the service belongs to, with everything it must not touch."""
    service, rights = access.service, permission(access.username, access.service)
    yield from _publishing(service)
    yield from _consuming(service)
    yield from _declaring(service)
    for exchange in _outside(rights.write, [DEFAULT_EXCHANGE, *topology.exchanges]):
        target = "" if exchange == DEFAULT_EXCHANGE else exchange
        yield Act(Deed.PUBLISH, target, allowed=False, routing_key=_UNROUTABLE)
    for queue in _outside(rights.read, topology.queues):
        yield Act(Deed.CONSUME, queue, allowed=False)


def _publishing(service: Service) -> Iterator[Act]:
    for exchange, patterns in service.publishes.items():
        for pattern in patterns:
            yield Act(Deed.PUBLISH, exchange, allowed=True, routing_key=_example(pattern))
        if not patterns:
            yield Act(Deed.PUBLISH, exchange, allowed=True, routing_key=_UNROUTABLE)
        elif not any(re.fullmatch(topic_expression(pattern), _UNROUTABLE) for pattern in patterns):
            yield Act(Deed.PUBLISH, exchange, allowed=False, routing_key=_UNROUTABLE)
    if service.replies and "" not in service.publishes:
        yield Act(Deed.PUBLISH, "", allowed=True, routing_key=_UNROUTABLE)


def _consuming(service: Service) -> Iterator[Act]:
    for queue in service.consumes:
        yield Act(Deed.CONSUME, queue, allowed=True)


def _declaring(service: Service) -> Iterator[Act]:
    own = service.declares
    if own is not None:
        queue = own.prefix + _UNROUTABLE
        yield Act(Deed.DECLARE, queue, allowed=True)
        for exchange in own.binds:
            yield Act(Deed.BIND, exchange, allowed=True, queue=queue)
    if own is None or not _UNROUTABLE.startswith(own.prefix):
        yield Act(Deed.DECLARE, _UNROUTABLE, allowed=False)


def _outside(expression: str, names: Iterable[str]) -> Iterator[str]:
    """A sample of the names that an expression does not permit."""
    permits = re.compile(expression or "(?!)")
    return islice((name for name in names if not permits.search(name)), SAMPLE)


def _example(pattern: str) -> str:
    """A routing key that a topic pattern matches."""
    return ".".join("x" if word in ("*", "#") else word for word in pattern.split("."))
