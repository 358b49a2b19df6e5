"""AMQP URIs in the dialect of RabbitMQ's own client. No message shows any part of one: it may hold
a password."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

from ...problems import one_of

_SCHEMES: Final = ("amqp", "amqps")
_EXAMPLE: Final = "write it like amqp://user:password@host:5672/vhost"
_BROKEN_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NUMBERS: Final = ("heartbeat", "connection_timeout", "channel_max", "frame_max", "depth")
_VERIFY: Final = ("verify_peer", "verify_none")


def uri_problem(uri: str) -> tuple[str, str] | None:
    """What is wrong with a URI, and what would be right; None where nothing is."""
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return "is not a valid AMQP URI", _EXAMPLE
    if parts.scheme not in _SCHEMES or "://" not in uri:
        return f"must be an {one_of(_SCHEMES)} URI", _EXAMPLE
    if any(character.isspace() for character in uri):
        return "holds a space", "encode it as %20"
    if _BROKEN_PERCENT.search(uri):
        return "holds a % that encodes nothing", "encode a percent sign as %25"
    if parts.netloc.count("@") > 1:
        return "holds more than one @", "encode one in a name or password as %40"
    if "/" in parts.path[1:]:
        return "names a vhost with a / in it", "encode the / in a vhost as %2F"
    return _query_problem(parts)


def _query_problem(parts: SplitResult) -> tuple[str, str] | None:
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name in _NUMBERS and not value.isdecimal():
            return f"its parameter {name} must be a whole number", ""
        if name == "verify" and value not in _VERIFY:
            return f"its parameter verify must be {one_of(_VERIFY)}", ""
    return None
