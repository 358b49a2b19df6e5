"""Federation upstreams and shovels: runtime parameters of a vhost → their declarations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from ..model import FederationUpstream, Shovel
from ..model.base import Model
from ..ownership.parameter_difference import OLD_NAMES, SHOVEL_DEFAULTS, UPSTREAM_DEFAULTS
from .unheld import Unheld

_SECRET_PARAMETERS: Final = ("password", "auth_token")
_WRITTEN_OUT: Final = {
    "shovel": ("ack-mode", "dest-protocol", "reconnect-delay", "src-protocol"),
    "federation-upstream": ("ack-mode", "max-hops", "prefetch-count", "reconnect-delay"),
}
_SHORT: Final = {"src": "source", "dest": "destination"}


def upstream_entry(value: Mapping[str, Any]) -> dict[str, Any]:
    """Raises `Unheld`."""
    _must_be_map(value)
    return _entry(FederationUpstream, value, UPSTREAM_DEFAULTS, ("uri",))


def shovel_entry(value: Mapping[str, Any]) -> dict[str, Any]:
    """Raises `Unheld`."""
    _must_be_map(value)
    known = {OLD_NAMES.get(key, key): field for key, field in value.items()}
    return _entry(Shovel, known, SHOVEL_DEFAULTS, ("source_uri", "destination_uri"))


def left_to_rabbitmq(component: str, value: Mapping[str, Any]) -> list[str]:
    """The settings that a parameter leaves to RabbitMQ's defaults and the provider always writes.

    The provider reads what is not there as empty, so that a refresh takes it for a change.
    """
    known = {OLD_NAMES.get(key, key) for key in value} if component == "shovel" else set(value)
    return [key for key in _WRITTEN_OUT[component] if key not in known]


def secret_fields(entry: Mapping[str, Any]) -> Iterator[str]:
    """The fields of an upstream or shovel that hold a password."""
    for field, value in entry.items():
        if field.endswith("uri") and _holds_password(value):
            yield field


def _must_be_map(value: object) -> None:
    if not isinstance(value, Mapping):
        raise Unheld("its value is no map, so it cannot work")


def _entry(
    model: type[Model],
    value: Mapping[str, Any],
    defaults: Mapping[str, Any],
    uris: tuple[str, ...],
) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    for key, given in {**defaults, **value}.items():
        field = _field(key)
        if field not in model.model_fields:
            raise Unheld(f"{key}: the provider does not know this setting")
        default = model.model_fields[field].default
        if field in uris:
            entry[field] = _uri(key, given)
        # What is said on the broker is said here: a refresh reads it, even where it is the default.
        elif given not in (None, "", default) and (key in value or default is not None):
            entry[field] = given
    first = {field: entry[field] for field in uris if field in entry}
    return first | entry


def _field(key: str) -> str:
    first, dash, rest = key.partition("-")
    return f"{_SHORT.get(first, first)}{dash}{rest}".replace("-", "_")


def _uri(key: str, given: Any) -> str:
    if isinstance(given, list):
        if len(given) != 1:
            raise Unheld(f"{key}: has {len(given)} addresses, and the provider knows one")
        given = given[0]
    if not isinstance(given, str):
        raise Unheld(f"{key}: is no plain address")
    return given


def _holds_password(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        if parts.password is not None:
            return True
    except ValueError:
        return True
    return any(name in _SECRET_PARAMETERS for name, _ in parse_qsl(parts.query))
