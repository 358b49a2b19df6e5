"""Shovels and federation upstreams: what goes together, and URIs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..model import Shovel
from ..problems import Path, one_of
from .analysis.uri import uri_problem
from .analysis.view import View
from .rule import Finding, error

_MAX_PREFETCH: Final = 65_535


@error("invalid-uri")
def invalid_uri(view: View) -> Iterator[Finding]:
    """RabbitMQ refuses shovels and upstreams whose URI it cannot read (400), and answers with the
    whole URI, password included."""
    for name, shovel in view.declared.shovels.items():
        for end in ("source_uri", "destination_uri"):
            if problem := uri_problem(getattr(shovel, end).get_secret_value()):
                yield ("shovels", name, end), *problem
    for name, upstream in view.declared.federation_upstreams.items():
        if problem := uri_problem(upstream.uri.get_secret_value()):
            yield ("federation_upstreams", name, "uri"), *problem


@error("shovel-ends")
def shovel_ends(view: View) -> Iterator[Finding]:
    """RabbitMQ refuses a shovel that does not say where messages come from, or says it twice, or in
    the words of another protocol (400). Without a destination, messages are published again as they
    were."""
    for name, shovel in view.declared.shovels.items():
        for end in ("source", "destination"):
            yield from _end(("shovels", name), shovel, end)


@error("shovel-key")
def shovel_key(view: View) -> Iterator[Finding]:
    """RabbitMQ accepts the key of an exchange where a shovel works with a queue, and ignores it."""
    for name, shovel in view.declared.shovels.items():
        for end in ("source", "destination"):
            key, queue = f"{end}_exchange_key", f"{end}_queue"
            if getattr(shovel, key) is not None and getattr(shovel, queue) is not None:
                message = f"has no effect with {queue}"
                yield ("shovels", name, key), message, "leave it out"


@error("shovel-delete-after")
def shovel_delete_after(view: View) -> Iterator[Finding]:
    """RabbitMQ refuses a shovel that counts messages without acknowledging them (400)."""
    for name, shovel in view.declared.shovels.items():
        if isinstance(shovel.source_delete_after, int) and shovel.ack_mode == "no-ack":
            path = ("shovels", name, "source_delete_after")
            message = "cannot be a number of messages with ack_mode: no-ack"
            yield path, message, "use on-confirm, or queue-length"


@error("shovel-to-itself", ignorable=True)
def shovel_to_itself(view: View) -> Iterator[Finding]:
    """A shovel from a queue to the same queue moves its messages round without end."""
    for name, shovel in view.declared.shovels.items():
        same = shovel.source_uri.get_secret_value() == shovel.destination_uri.get_secret_value()
        queue = shovel.source_queue
        if same and queue is not None and queue == shovel.destination_queue:
            message = "takes from this queue and publishes to it again"
            yield ("shovels", name, "destination_queue"), message, "name another queue"


@error("prefetch-too-large")
def prefetch_too_large(view: View) -> Iterator[Finding]:
    """RabbitMQ accepts any prefetch count here, and the link then fails: AMQP has 16 bits for
    it."""
    hint = f"write {_MAX_PREFETCH} or less"
    message = "AMQP has no room for so large a number"
    for name, shovel in view.declared.shovels.items():
        if (shovel.source_prefetch_count or 0) > _MAX_PREFETCH:
            yield ("shovels", name, "source_prefetch_count"), message, hint
    for name, upstream in view.declared.federation_upstreams.items():
        if upstream.prefetch_count > _MAX_PREFETCH:
            yield ("federation_upstreams", name, "prefetch_count"), message, hint


def _end(place: Path, shovel: Shovel, end: str) -> Iterator[Finding]:
    protocol = getattr(shovel, f"{end}_protocol")
    words = (f"{end}_queue", f"{end}_exchange")
    address = f"{end}_address"
    allowed = words if protocol == "amqp091" else (address,)
    refused = (address,) if protocol == "amqp091" else (*words, f"{end}_exchange_key")
    unfit = [field for field in refused if getattr(shovel, field) is not None]
    for field in unfit:
        hint = f"write {one_of(allowed)}, or another {end}_protocol"
        yield (*place, field), f"is not for {end}_protocol {protocol}", hint
    given = [field for field in allowed if getattr(shovel, field) is not None]
    if len(given) > 1:
        yield (*place, given[1]), f"excludes {given[0]}", "keep one of the two"
    optional = end == "destination" and protocol == "amqp091"
    if not given and not unfit and not optional:
        yield place, f"says nowhere what its {end} is", f"write {one_of(allowed)}"
