"""Objects on the broker → their declarations in the config dict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from pydantic import ValidationError

from ..broker.live_policy import LivePolicy
from ..broker.state import LiveBinding, LiveExchange, LiveQueue, LiveVhost, VhostState
from ..expand.inherit import DEFAULT_QUEUE_TYPE
from ..model import FederationUpstream, Queue, Shovel
from ..model.base import Model
from ..model.queue import queue_arguments
from ..model.queue_argument import QueueArgument
from ..model.queue_type import QueueType
from ..ownership.parameter_difference import OLD_NAMES, SHOVEL_DEFAULTS, UPSTREAM_DEFAULTS
from ..rules.analysis.setting_values import settings_by_argument
from ..version import Version
from .found import Unheld

_LIMITS: Final = {"max-connections": "max_connections", "max-queues": "max_queues"}


def vhost_entry(name: str, found: VhostState, *, existing: bool) -> str | dict[str, Any]:
    """The vhost's name alone, or a map where there is more to say. A default queue type is written
    unless it is the broker's own; a definitions file tells of none."""
    if existing:
        return {"name": name, "existing": True}
    vhost = found.vhost or LiveVhost(name)
    entry: dict[str, Any] = {"name": name}
    if vhost.description:
        entry["description"] = vhost.description
    default = vhost.default_queue_type
    if default is not None and default != found.default_queue_type:
        entry["default_queue_type"] = default
    if vhost.tracing:
        entry["tracing"] = True
    for limit, field in _LIMITS.items():
        if found.limits.get(limit, -1) >= 0:
            entry[field] = found.limits[limit]
    return name if len(entry) == 1 else entry


def exchange_entry(exchange: LiveExchange, own: dict[str, Any]) -> dict[str, Any]:
    """What declares an exchange as it is; `own` is what a policy for just this one sets. Raises
    `Unheld`."""
    if exchange.internal:
        raise Unheld("internal: the provider has no such exchanges")
    entry: dict[str, Any] = {}
    if exchange.type != "direct":
        entry["type"] = exchange.type
    if not exchange.durable:
        entry["durable"] = False
    entry |= own
    if arguments := dict(exchange.arguments):
        entry["arguments"] = arguments
    return entry


_TYPE = "x-queue-type"
_TYPES: tuple[QueueType, ...] = ("classic", "quorum", "stream")


def queue_type(queue: LiveQueue, default: str | None) -> str:
    """Brokers before 4.0 do not tell the type of a queue that was declared without one."""
    return queue.type or default or DEFAULT_QUEUE_TYPE


def queue_entry(
    queue: LiveQueue, own: dict[str, Any], default: QueueType | None, version: Version
) -> dict[str, Any]:
    """What declares a queue as it is.

    `own` is what a policy for just this queue sets; `default` is the vhost's queue type. A queue is
    what its arguments are, so they stay arguments: as settings where they are all of it, and raw
    where others come from a policy.
    """
    arguments = dict(queue.arguments)
    told = _TYPE in arguments
    kind = queue_type(queue, default)
    arguments.pop(_TYPE, None)
    settings: dict[str, Any] = {}
    fixed = False
    for name, field in settings_by_argument().items():
        if name not in arguments or not _fits(field, arguments[name], kind, version):
            continue
        if _argument(field).policy is None:
            settings[field] = arguments.pop(name)
        elif not own:
            settings[field] = arguments.pop(name)
            fixed = True
    entry: dict[str, Any] = {}
    if kind != (default or DEFAULT_QUEUE_TYPE):
        entry["type"] = kind
    if not queue.durable:
        entry["durable"] = False
    entry |= settings | own
    if arguments:
        entry["arguments"] = arguments
    if fixed:
        entry["settings_as_arguments"] = True
    if not told and kind == "classic" and version < Version(4, 0):
        entry["declare_queue_type"] = False
    return entry


def _fits(field: str, value: Any, kind: str, version: Version) -> bool:
    """Whether an argument can be written as a setting."""
    if kind not in _TYPES or not _argument(field).known(kind, version):
        return False
    try:
        Queue.model_validate({field: value})
    except ValidationError:
        return False
    return True


def _argument(field: str) -> QueueArgument:
    return queue_arguments()[field]


def binding_entry(binding: LiveBinding) -> dict[str, Any]:
    entry: dict[str, Any] = {"source": binding.source, "destination": binding.destination}
    if binding.destination_type != "queue":
        entry["destination_type"] = binding.destination_type
    if binding.routing_key:
        entry["routing_key"] = binding.routing_key
    if binding.arguments:
        entry["arguments"] = dict(binding.arguments)
    return entry


def policy_entry(policy: LivePolicy, default_apply_to: str) -> dict[str, Any]:
    """`default_apply_to` is what goes without saying: `all`, and `queues` for operator policies."""
    entry: dict[str, Any] = {"pattern": policy.pattern}
    if policy.apply_to != default_apply_to:
        entry["apply_to"] = policy.apply_to
    if policy.priority:
        entry["priority"] = policy.priority
    entry["definition"] = dict(policy.definition)
    return entry


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
        raise Unheld("its value is not a map, so it cannot work")


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
        raise Unheld(f"{key}: is not a plain address")
    return given


def _holds_password(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        if parts.password is not None:
            return True
    except ValueError:
        return True
    return any(name in _SECRET_PARAMETERS for name, _ in parse_qsl(parts.query))
