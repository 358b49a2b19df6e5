"""An exported definitions file of any RabbitMQ, read as what it tells of each vhost.

`rabbitmqctl export_definitions` and the management API write JSON. Over the years the format has
changed: tags were one text with commas, vhosts and sections may be missing, limits and descriptions
stand in several places, and the export of a single vhost does not say which one it is of.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..broker.live_policy import LivePolicy
from ..broker.state import (
    Entry,
    LiveBinding,
    LiveExchange,
    LivePermission,
    LiveQueue,
    LiveTopicPermission,
    LiveUser,
    LiveVhost,
    VhostState,
    by_name,
)
from ..expand.inherit import DEFAULT_QUEUE_TYPE
from ..problems import ConfigError, Problem
from ..version import NEWEST, OLDEST, BrokerFacts, Version
from .found import Found

_IN_VHOSTS: Final = (
    "exchanges",
    "queues",
    "bindings",
    "policies",
    "parameters",
    "permissions",
    "topic_permissions",
)
_NAMED: Final = ("exchanges", "queues", "policies", "parameters", "users", "vhosts")
_NEEDED: Final = {
    "bindings": ("source", "destination"),
    "permissions": ("user",),
    "topic_permissions": ("user", "exchange"),
    **dict.fromkeys(_NAMED, ("name",)),
}
_SECTIONS: Final = (*_IN_VHOSTS, "users", "vhosts", "global_parameters")
_VERSIONS: Final = ("rabbitmq_version", "rabbit_version", "product_version")

_LIMITS: Final = "vhost-limits"
_OPERATOR_POLICY: Final = "operator_policy"


def read_definitions(
    document: Any, *, vhost: str | None = None, version: Version | None = None
) -> Found:
    """Reads the JSON of a definitions file.

    `vhost` is where entries belong that name none; `version` is the RabbitMQ that the stacks are
    meant for, by default the one that wrote the file. Raises `ConfigError` with everything that no
    RabbitMQ would write.
    """
    sections = _sections(document)
    own = vhost or _text(document.get("original_vhost_name")) or _text(document.get("vhost"))
    by_vhost: dict[str, dict[str, list[Entry]]] = {}
    for entry in sections["vhosts"]:
        by_vhost.setdefault(entry["name"], defaultdict(list))
    problems: list[Problem] = []
    for section in _IN_VHOSTS:
        for index, entry in enumerate(sections[section]):
            name = entry.get("vhost", own)
            if not isinstance(name, str):
                message = "does not say which vhost it is in, as in the export of a single vhost"
                problems.append(Problem((section, index), message, "name it with --vhost"))
                break
            by_vhost.setdefault(name, defaultdict(list))[section].append(entry)
    if problems:
        raise ConfigError(problems)
    told = {entry["name"]: entry for entry in sections["vhosts"]}
    users = {entry["name"]: LiveUser.from_api(entry) for entry in sections["users"]}
    rights = Counter(entry["user"] for entry in sections["permissions"])
    return Found(
        facts=BrokerFacts(version or _version(document)),
        vhosts={
            name: _snapshot(told.get(name) or _vhost_of_one(document, name), found, users)
            for name, found in by_vhost.items()
        },
        global_parameters=tuple(
            str(entry.get("name", "")) for entry in sections["global_parameters"]
        ),
        rights=rights,
    )


def _sections(document: Any) -> dict[str, list[dict[str, Any]]]:
    if not isinstance(document, Mapping):
        message = "is not a definitions file: not a JSON object with queues, exchanges and so on"
        raise ConfigError([Problem((), message, "export one: rabbitmqctl export_definitions FILE")])
    if not any(section in document for section in _SECTIONS):
        message = "is not a definitions file: it has neither queues nor exchanges nor anything else"
        raise ConfigError([Problem((), message, "export one: rabbitmqctl export_definitions FILE")])
    problems: list[Problem] = []
    found: dict[str, list[dict[str, Any]]] = {}
    for section in _SECTIONS:
        entries = document.get(section) or []
        if not isinstance(entries, list):
            problems.append(Problem((section,), "must be a list"))
            continue
        found[section] = entries
        problems += _malformed(section, entries)
    if problems:
        raise ConfigError(problems)
    return found


def _malformed(section: str, entries: list[Any]) -> Iterator[Problem]:
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            yield Problem((section, index), "must be a map")
            continue
        for key in _NEEDED.get(section, ()):
            if not isinstance(entry.get(key), str):
                yield Problem((section, index, key), "is missing, or is not text")
        arguments = entry.get("arguments")
        # Old exports write a map without entries as a list without entries.
        if arguments and not isinstance(arguments, dict):
            yield Problem((section, index, "arguments"), "must be a map")


def _version(document: Mapping[str, Any]) -> Version:
    for key in _VERSIONS:
        try:
            return max(Version.parse(str(document.get(key))), OLDEST)
        except ValueError:
            continue
    return NEWEST


def _vhost_of_one(document: Mapping[str, Any], name: str) -> Entry:
    """The export of a single vhost has what it tells of the vhost itself at the top."""
    keys = ("description", "default_queue_type", "metadata", "limits", "tags")
    return {"name": name, **{key: document[key] for key in keys if key in document}}


def _snapshot(
    vhost: Entry, found: Mapping[str, list[Entry]], users: Mapping[str, LiveUser]
) -> VhostState:
    parameters: dict[tuple[str, str], Any] = {
        (str(entry.get("component")), entry["name"]): entry.get("value")
        for entry in found.get("parameters", ())
    }
    operator = {
        name: LivePolicy.from_api({**value, "name": name})
        for (component, name), value in parameters.items()
        if component == _OPERATOR_POLICY and isinstance(value, dict)
    }
    metadata = LiveVhost.from_api({**vhost, **_metadata(vhost)})
    limits = next((v for (component, _), v in parameters.items() if component == _LIMITS), None)
    return VhostState(
        vhost=metadata,
        limits=_limits(limits) or _limits(vhost.get("limits")),
        exchanges=by_name(map(LiveExchange.from_api, found.get("exchanges", ()))),
        queues=by_name(_queue(entry, metadata) for entry in found.get("queues", ())),
        bindings=tuple(map(LiveBinding.from_api, found.get("bindings", ()))),
        policies=by_name(map(LivePolicy.from_api, found.get("policies", ()))),
        operator_policies=operator,
        parameters=parameters,
        users=users,
        permissions={
            entry["user"]: LivePermission.from_api(entry) for entry in found.get("permissions", ())
        },
        topic_permissions={
            (entry["user"], entry["exchange"]): LiveTopicPermission.from_api(entry)
            for entry in found.get("topic_permissions", ())
        },
    )


def _queue(entry: Entry, vhost: LiveVhost) -> LiveQueue:
    """A queue with the type that it has once RabbitMQ has imported it.

    The argument decides. A broker writes no other type than `classic` without it; of a file that
    has `quorum` or `stream` there, RabbitMQ makes the vhost's default type.
    """
    arguments = entry.get("arguments") or {}
    kind = arguments.get("x-queue-type") or entry.get("type")
    if "x-queue-type" not in arguments and kind in (None, "quorum", "stream"):
        kind = vhost.default_queue_type or DEFAULT_QUEUE_TYPE
    return LiveQueue.from_api({**entry, "type": kind})


def _metadata(vhost: Entry) -> dict[str, Any]:
    metadata = vhost.get("metadata")
    known = metadata if isinstance(metadata, dict) else {}
    return {
        key: vhost.get(key, known.get(key))
        for key in ("description", "default_queue_type", "tags", "protected_from_deletion")
    }


def _limits(value: Any) -> dict[str, int]:
    """A map, or a list with a map for each limit."""
    if isinstance(value, list):
        entries = (entry for entry in value if isinstance(entry, dict))
        value = {entry.get("name"): entry.get("value") for entry in entries}
    if not isinstance(value, dict):
        return {}
    return {key: limit for key, limit in value.items() if isinstance(limit, int)}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
