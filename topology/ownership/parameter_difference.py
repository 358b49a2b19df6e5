"""How declared upstreams and shovels differ from the broker's runtime parameters of their names.

Both hold URIs with credentials. Of a URI is only told that it differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..model import FederationUpstream, Shovel

UPSTREAM_DEFAULTS = {
    "ack-mode": "on-confirm",
    "max-hops": 1,
    "prefetch-count": 1000,
    "reconnect-delay": 5,
    "trust-user-id": False,
}
SHOVEL_DEFAULTS = {
    "ack-mode": "on-confirm",
    "dest-add-forward-headers": False,
    "dest-add-timestamp-header": False,
    "dest-protocol": "amqp091",
    "reconnect-delay": 5,
    "src-delete-after": "never",
    "src-prefetch-count": 1000,
    "src-protocol": "amqp091",
}
"""What RabbitMQ takes where a parameter says nothing."""

OLD_NAMES = {
    "add-forward-headers": "dest-add-forward-headers",
    "delete-after": "src-delete-after",
    "prefetch-count": "src-prefetch-count",
}
"""Names that RabbitMQ still takes from shovels made long ago."""

_URIS = frozenset({"uri", "src-uri", "dest-uri"})


def upstream_difference(declared: FederationUpstream, value: Mapping[str, Any]) -> list[str]:
    fields = declared.model_dump(exclude={"uri"}, exclude_none=True)
    expected = {key.replace("_", "-"): field for key, field in fields.items()}
    expected["uri"] = declared.uri.get_secret_value()
    return list(_differing({**UPSTREAM_DEFAULTS, **value}, {**UPSTREAM_DEFAULTS, **expected}))


def shovel_difference(declared: Shovel, value: Mapping[str, Any]) -> list[str]:
    fields = declared.model_dump(exclude={"source_uri", "destination_uri"}, exclude_none=True)
    expected = {_shovel_key(name): field for name, field in fields.items()}
    expected["src-uri"] = declared.source_uri.get_secret_value()
    expected["dest-uri"] = declared.destination_uri.get_secret_value()
    found = {OLD_NAMES.get(key, key): field for key, field in value.items()}
    return list(_differing({**SHOVEL_DEFAULTS, **found}, {**SHOVEL_DEFAULTS, **expected}))


def _shovel_key(name: str) -> str:
    short = name.replace("source_", "src_", 1).replace("destination_", "dest_", 1)
    return short.replace("_", "-")


def _differing(broker: Mapping[str, Any], declared: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted({*broker, *declared}):
        if key in _URIS:
            if _uris(broker.get(key)) != _uris(declared.get(key)):
                yield f"{key} is not the declared one"
        # The provider leaves out what is empty.
        elif (broker.get(key) or None) != (declared.get(key) or None):
            yield f"{key} is {_shown(broker.get(key))}, declared is {_shown(declared.get(key))}"


def _uris(value: Any) -> list[str]:
    """RabbitMQ takes one URI or a list of them, and picks one at random."""
    return sorted(value) if isinstance(value, list) else [str(value)]


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
