"""What a client is asked to do with a stack's URLs, and what it says of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class Delivery:
    """Connect with `url` as it stands, publish to the exchange, get it back from the queue.

    The names of exchange and queue are not given: a client reads them from the two URLs with its
    own language's URL parser, which is what consumers of the outputs do.
    """

    url: str
    exchange_url: str
    queue_url: str
    routing_key: str
    body: str


@dataclass(frozen=True)
class Receipt:
    """The names that a client read, and the message that it got from the queue."""

    exchange: str
    queue: str
    body: str


class ClientError(Exception):
    """A client could not do it; the message is the client's own."""


Client: TypeAlias = Callable[[Delivery], Receipt]


def name_in(url: str, kind: str) -> str:
    """The name that the fragment of an exchange or queue URL holds."""
    found, _, name = urlsplit(url).fragment.partition("=")
    if found != kind:
        raise ClientError(f"the URL's fragment names no {kind}")
    return unquote(name)
