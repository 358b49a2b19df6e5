"""The management API of RabbitMQ in memory: which path answers what."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import quote_plus, unquote

import httpx

from topology.broker.live_policy import LivePolicies
from topology.broker.state import LiveQueue
from topology.version import DENIED_SINCE, NEWEST, Version

if TYPE_CHECKING:
    from tests.support.memory_broker import (
        MemoryBroker,
        MemoryConnection,
        MemoryExchange,
        MemoryQueue,
        MemoryVhost,
    )

Entry: TypeAlias = dict[str, Any]

_OK: Final = 200
_CREATED: Final = 201
_NO_CONTENT: Final = 204
_REFUSED: Final = 400
_NOT_FOUND: Final = 404

_BOUND: Final = {"q": "queue", "e": "exchange"}
_RIGHTS: Final = {"configure": "", "write": "", "read": ""}


class Refused(Exception):
    """What is answered with 400."""


class NotFound(Exception):
    """What is answered with 404."""


class MemoryApi:
    """Answers requests from the state of a `MemoryBroker`, and changes it."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker

    def answer(self, request: httpx.Request) -> httpx.Response:
        raw = request.url.raw_path.decode().partition("?")[0]
        path = tuple(unquote(step) for step in raw.removeprefix("/api/").split("/"))
        query = dict(request.url.params)
        self._broker.requests.append(f"{request.method} {raw}")
        try:
            if request.method == "GET":
                return httpx.Response(_OK, json=_chosen(self._get(path, query), query))
            body = json.loads(request.content or b"{}")
            return httpx.Response(self._change(request.method, path, query, body))
        except NotFound:
            answer = {"error": "Object Not Found", "reason": "Not Found"}
            return httpx.Response(_NOT_FOUND, json=answer)
        except Refused as reason:
            answer = {"error": "bad_request", "reason": str(reason)}
            return httpx.Response(_REFUSED, json=answer)

    # Reading

    def _get(self, path: tuple[str, ...], query: Mapping[str, str]) -> Any:
        for template, read in self._reads().items():
            if (names := _names(template, path)) is not None:
                return read(*names)
        for template, read_in in self._reads_in_vhost(query).items():
            if (names := _names(template, path)) is not None:
                at = template.split("/").index("VHOST")
                vhost = _found(self._broker.vhosts, path[at])
                return read_in(vhost, *names)
        raise NotFound

    def _reads(self) -> dict[str, Callable[..., Any]]:
        broker = self._broker
        cluster = {"name": "internal_cluster_id", "value": broker.cluster_id}
        return {
            "overview": self._overview,
            "deprecated-features": self._deprecated_features,
            "nodes": lambda: [self._node(name) for name in broker.nodes_running],
            "users": lambda: list(broker.users.values()),
            "users/*": lambda name: _found(broker.users, name),
            "parameters": lambda: [
                entry for vhost in broker.vhosts.values() for entry in _parameters(vhost)
            ],
            "permissions": lambda: [
                entry for vhost in broker.vhosts.values() for entry in vhost.permissions.values()
            ],
            "global-parameters": lambda: [cluster],
            "global-parameters/internal_cluster_id": lambda: cluster,
            "vhosts": lambda: [self._vhost(vhost) for vhost in broker.vhosts.values()],
            "vhosts/*": lambda name: self._vhost(_found(broker.vhosts, name)),
            "connections/username/*": lambda user: [
                _connection(entry) for entry in broker.connections if entry.user == user
            ],
        }

    def _reads_in_vhost(self, query: Mapping[str, str]) -> dict[str, Callable[..., Any]]:
        """`VHOST` is where the vhost's name is in the path."""

        def queue(vhost: MemoryVhost, name: str) -> Entry:
            return self._queue(vhost, _found(vhost.queues, name), query)

        def one_queue(vhost: MemoryVhost, name: str) -> Entry:
            counts_one = self._is_since(4, 0)
            found = _found(vhost.queues, name)
            return self._queue(vhost, found, query if counts_one else {})

        def exchange(vhost: MemoryVhost, name: str) -> Entry:
            return self._exchange(vhost, _found(vhost.exchanges, name))

        def bound(end: str, kind: str = "") -> Callable[[MemoryVhost, str], list[Entry]]:
            wanted = {"destination_type": kind} if kind else {}
            return lambda vhost, name: self._bindings(vhost, **{end: name}, **wanted)

        return {
            "queues/VHOST": lambda vhost: [queue(vhost, name) for name in vhost.queues],
            "queues/VHOST/*": one_queue,
            "queues/VHOST/*/bindings": bound("destination", "queue"),
            "exchanges/VHOST": lambda vhost: [exchange(vhost, name) for name in vhost.exchanges],
            "exchanges/VHOST/*": exchange,
            "exchanges/VHOST/*/bindings/source": bound("source"),
            "exchanges/VHOST/*/bindings/destination": bound("destination", "exchange"),
            "bindings/VHOST": self._bindings,
            "policies/VHOST": lambda vhost: list(vhost.policies.values()),
            "policies/VHOST/*": lambda vhost, name: _found(vhost.policies, name),
            "operator-policies/VHOST": lambda vhost: list(vhost.operator_policies.values()),
            "operator-policies/VHOST/*": lambda vhost, name: _found(vhost.operator_policies, name),
            "parameters/*/VHOST": self._parameters,
            "parameters/*/VHOST/*": lambda vhost, component, name: _found(
                {entry["name"]: entry for entry in self._parameters(vhost, component)}, name
            ),
            "vhost-limits/VHOST": lambda vhost: (
                [{"vhost": vhost.name, "value": vhost.limits}] if vhost.limits else []
            ),
            "vhosts/VHOST/permissions": lambda vhost: list(vhost.permissions.values()),
            "permissions/VHOST/*": lambda vhost, user: _found(vhost.permissions, user),
            "vhosts/VHOST/topic-permissions": lambda vhost: list(vhost.topic_permissions.values()),
            "topic-permissions/VHOST/*": lambda vhost, user: [
                entry for entry in vhost.topic_permissions.values() if entry["user"] == user
            ],
            "vhosts/VHOST/connections": self._connections,
            "consumers/VHOST": lambda _: [],
            "shovels/VHOST": lambda _: [],
            "definitions/VHOST": self._definitions,
        }

    @staticmethod
    def _parameters(vhost: MemoryVhost, component: str) -> list[Entry]:
        return [entry for entry in _parameters(vhost) if entry["component"] == component]

    def _deprecated_features(self) -> list[Entry]:
        """What each series denies by default; 3.12 does not list any."""
        version = Version.parse(self._broker.version)
        if version < Version(3, 13):
            raise NotFound
        return [
            {"name": name, "state": "denied" if version >= since else "permitted"}
            for name, since in DENIED_SINCE.items()
        ]

    def _overview(self) -> Entry:
        broker = self._broker
        return {
            "rabbitmq_version": broker.version,
            **({"default_queue_type": "classic"} if self._is_since(4, 0) else {}),
            "exchange_types": [{"name": name} for name in broker.exchange_types],
            "churn_rates": {"connection_created": broker.connections_created},
        }

    def _is_since(self, major: int, minor: int) -> bool:
        return Version.parse(self._broker.version) >= Version(major, minor)

    def _node(self, name: str) -> Entry:
        if not self._broker.nodes_running[name]:
            return {"name": name, "running": False, "partitions": []}
        return {
            "name": name,
            "running": True,
            "partitions": [],
            "enabled_plugins": list(self._broker.plugins),
            "mem_alarm": False,
            "disk_free_alarm": False,
            "mem_limit": 2**32,
            "mem_used": 2**27,
            "disk_free": 2**36,
            "disk_free_limit": 50_000_000,
        }

    @staticmethod
    def _vhost(vhost: MemoryVhost) -> Entry:
        return {
            "name": vhost.name,
            "description": vhost.description,
            "tags": list(vhost.tags),
            "default_queue_type": vhost.default_queue_type or "undefined",
            "tracing": False,
        }

    def _queue(self, vhost: MemoryVhost, queue: MemoryQueue, query: Mapping[str, str]) -> Entry:
        live = query.get("disable_stats") == "true"
        entry: Entry = {
            "name": queue.name,
            "vhost": vhost.name,
            "type": queue.type,
            "durable": queue.durable,
            "auto_delete": queue.auto_delete,
            "exclusive": queue.exclusive,
            "arguments": queue.arguments,
        }
        if queue.type != "classic":
            plain = "enable_queue_totals" not in query
            shown = queue.type == "quorum" or (self._is_since(4, 0) and plain)
            if queue.leader and shown:
                entry["leader"] = queue.leader
            entry["members"] = ["rabbit@memory"]
        else:
            entry["node"] = "rabbit@memory"
        policies = LivePolicies.from_api(vhost.policies.values(), NEWEST)
        kind = LiveQueue.from_api(entry).kind
        for policy in policies.strongest(queue.name, kind)[:1]:
            entry["policy"] = policy.name
        at_once = live and queue.type == "classic"
        now = self._broker.time.now
        counts = queue.now if at_once else queue.at(now - self._broker.statistics_lag)
        lost = queue.type == "quorum" and not queue.leader
        totals = not live or query.get("enable_queue_totals") == "true"
        unknown = live and (queue.type == "stream" or (at_once and not self._broker.live_counts))
        if counts is None or lost or not totals or unknown:
            return entry
        entry["messages_ready"] = counts.ready
        entry["messages_unacknowledged"] = counts.unacknowledged
        entry["messages"] = counts.ready + counts.unacknowledged + counts.dead_letters
        if queue.type == "quorum" and not live:
            entry["messages_dlx"] = counts.dead_letters
        if not live:
            entry["consumers"] = counts.consumers
            entry["message_bytes"] = 100 * counts.ready
            if counts.published:
                entry["message_stats"] = {"publish": counts.published}
        return entry

    def _exchange(self, vhost: MemoryVhost, exchange: MemoryExchange) -> Entry:
        entry: Entry = {
            "name": exchange.name,
            "vhost": vhost.name,
            "type": exchange.type,
            "durable": exchange.durable,
            "auto_delete": exchange.auto_delete,
            "internal": exchange.internal,
            "arguments": exchange.arguments,
        }
        policies = LivePolicies.from_api(vhost.policies.values(), NEWEST)
        for policy in policies.strongest(exchange.name, "exchange")[:1]:
            entry["policy"] = policy.name
        seen = self._broker.time.now - self._broker.statistics_lag
        came = [(moment, count) for moment, count in exchange.history if moment <= seen]
        if came:
            earlier = [count for moment, count in came if moment <= seen - 5.0]
            rate = (came[-1][1] - (earlier[-1] if earlier else came[0][1])) / 5.0
            details = {"rate": rate}
            entry["message_stats"] = {"publish_in": came[-1][1], "publish_in_details": details}
        return entry

    def _bindings(self, vhost: MemoryVhost, **wanted: str) -> list[Entry]:
        return [
            {**binding, "properties_key": properties_key(binding)}
            for binding in vhost.all_bindings()
            if all(binding[key] == value for key, value in wanted.items())
        ]

    def _connections(self, vhost: MemoryVhost) -> list[Entry]:
        seen = self._broker.time.now - self._broker.connections_lag
        connections = self._broker.connections
        return [_connection(c) for c in connections if c.vhost == vhost.name and c.since <= seen]

    def _definitions(self, vhost: MemoryVhost) -> Entry:
        keys = ("name", "durable", "auto_delete", "arguments")
        queues = [vars(queue) for queue in vhost.queues.values() if not queue.exclusive]
        own = [e for e in vhost.exchanges.values() if e.name and not e.name.startswith("amq.")]
        return {
            "rabbitmq_version": self._broker.version,
            "parameters": _parameters(vhost),
            "policies": list(vhost.policies.values()),
            "queues": [{key: queue[key] for key in keys} for queue in queues],
            "exchanges": [
                {key: vars(exchange)[key] for key in (*keys, "type", "internal")}
                for exchange in own
            ],
            "bindings": [
                {key: value for key, value in binding.items() if key != "vhost"}
                for binding in vhost.bindings
            ],
        }

    # Changing

    def _change(
        self, method: str, path: tuple[str, ...], query: Mapping[str, str], body: Entry
    ) -> int:
        for template, change in self._changes(query, body).items():
            verb, _, rest = template.partition(" ")
            if verb != method or (names := _names(rest, path)) is None:
                continue
            if "VHOST" in rest:
                at = rest.split("/").index("VHOST")
                change(_found(self._broker.vhosts, path[at]), *names)
            else:
                change(*names)
            return _NO_CONTENT if method == "DELETE" else _CREATED
        raise NotFound

    def _changes(self, query: Mapping[str, str], body: Entry) -> dict[str, Callable[..., Any]]:
        broker = self._broker
        return {
            "PUT vhosts/*": lambda name: self._put_vhost(name, body),
            "DELETE vhosts/*": lambda name: _removed(broker.vhosts, name),
            "PUT users/*": lambda name: self._put_user(name, body),
            "DELETE users/*": lambda name: _removed(broker.users, name),
            "PUT queues/VHOST/*": lambda vhost, name: self._put_queue(vhost, name, body),
            "DELETE queues/VHOST/*": lambda vhost, name: _delete_queue(vhost, name, query),
            "PUT exchanges/VHOST/*": lambda vhost, name: self._put_exchange(vhost, name, body),
            "DELETE exchanges/VHOST/*": lambda vhost, name: _delete_exchange(vhost, name, query),
            "POST bindings/VHOST/e/*/*/*": lambda vhost, *ends: _bind(vhost, ends, body),
            "DELETE bindings/VHOST/e/*/*/*/*": _delete_binding,
            "PUT policies/VHOST/*": lambda vhost, name: _put_policy(
                vhost, vhost.policies, name, body
            ),
            "DELETE policies/VHOST/*": lambda vhost, name: _removed(vhost.policies, name),
            "PUT operator-policies/VHOST/*": lambda vhost, name: _put_policy(
                vhost, vhost.operator_policies, name, body
            ),
            "DELETE operator-policies/VHOST/*": lambda vhost, name: _removed(
                vhost.operator_policies, name
            ),
            "PUT parameters/*/VHOST/*": lambda vhost, *key: vhost.parameters.update(
                {key: body["value"]}
            ),
            "DELETE parameters/*/VHOST/*": lambda vhost, *key: _removed(vhost.parameters, key),
            "PUT permissions/VHOST/*": lambda vhost, user: vhost.permissions.update(
                {user: {"user": user, "vhost": vhost.name, **_RIGHTS, **body}}
            ),
            "DELETE permissions/VHOST/*": lambda vhost, user: _removed(vhost.permissions, user),
            "PUT topic-permissions/VHOST/*": lambda vhost, user: vhost.topic_permissions.update(
                {(user, body["exchange"]): {"user": user, "vhost": vhost.name, **body}}
            ),
            "PUT vhost-limits/VHOST/*": lambda vhost, name: vhost.limits.update(
                {name: body["value"]}
            ),
        }

    def _put_vhost(self, name: str, body: Entry) -> None:
        vhost = self._broker.vhost(name)
        vhost.description = body.get("description") or ""
        vhost.default_queue_type = body.get("default_queue_type")

    def _put_user(self, name: str, body: Entry) -> None:
        tags = body.get("tags") or ""
        listed = tags.split(",") if isinstance(tags, str) else tags
        self._broker.add_user(name, body.get("password") or "", *filter(None, listed))

    def _put_queue(self, vhost: MemoryVhost, name: str, body: Entry) -> None:
        if name not in vhost.queues:
            given = _given(body)
            if self._is_since(4, 0):
                default = vhost.default_queue_type or "classic"
                arguments = {"x-queue-type": default, **given.get("arguments", {})}
                given = {**given, "arguments": arguments}
            self._broker.add_queue(vhost.name, name, **given)

    def _put_exchange(self, vhost: MemoryVhost, name: str, body: Entry) -> None:
        if name not in vhost.exchanges:
            kind, internal = body.get("type", "direct"), bool(body.get("internal"))
            given = _given(body)
            self._broker.add_exchange(vhost.name, name, type=kind, internal=internal, **given)


def _names(template: str, path: tuple[str, ...]) -> list[str] | None:
    """What stands in a path for each `*` of its template; None if it is another path."""
    steps = template.split("/")
    if len(steps) != len(path):
        return None
    pairs = list(zip(steps, path, strict=True))
    if any(step not in ("*", "VHOST", found) for step, found in pairs):
        return None
    return [found for step, found in pairs if step == "*"]


def _given(body: Entry) -> Entry:
    keys = ("durable", "auto_delete", "arguments")
    return {key: body[key] for key in keys if key in body}


def _delete_queue(vhost: MemoryVhost, name: str, query: Mapping[str, str]) -> None:
    _refuse_used(_found(vhost.queues, name), query)
    del vhost.queues[name]
    _unbind(vhost, "queue", name)


def _delete_exchange(vhost: MemoryVhost, name: str, query: Mapping[str, str]) -> None:
    _found(vhost.exchanges, name)
    used = any(binding["source"] == name for binding in vhost.bindings)
    if query.get("if-unused") and used:
        raise Refused(f"exchange '{name}' in vhost '{vhost.name}' in use")
    del vhost.exchanges[name]
    _unbind(vhost, "exchange", name)


def _bind(vhost: MemoryVhost, ends: tuple[str, ...], body: Entry) -> None:
    source, kind, destination = ends
    _found(vhost.exchanges, source)
    _found(vhost.queues if kind == "q" else vhost.exchanges, destination)
    rest = {key: body[key] for key in ("routing_key", "arguments") if key in body}
    vhost.bind(source, destination, destination_type=_BOUND[kind], **rest)


def _delete_binding(vhost: MemoryVhost, *ends: str) -> None:
    source, kind, destination, key = ends

    def is_it(binding: Entry) -> bool:
        found = (binding["source"], binding["destination_type"], binding["destination"])
        return (*found, properties_key(binding)) == (source, _BOUND[kind], destination, key)

    if not any(map(is_it, vhost.bindings)):
        raise NotFound
    vhost.bindings[:] = [binding for binding in vhost.bindings if not is_it(binding)]


def _put_policy(vhost: MemoryVhost, policies: dict[str, Entry], name: str, body: Entry) -> None:
    rest = {"apply-to": "all", "priority": 0, **body}
    policies[name] = {"vhost": vhost.name, "name": name, **rest}


def properties_key(binding: Mapping[str, Any]) -> str:
    """By which the management API deletes a binding. RabbitMQ's hash of arguments is another."""
    key = quote_plus(binding["routing_key"]).replace("~", "%7E")
    if binding["arguments"]:
        return f"{key}~{abs(hash(json.dumps(binding['arguments'], sort_keys=True)))}"
    return key or "~"


def _chosen(found: Any, query: Mapping[str, str]) -> Any:
    """What `columns` asks for, of each object."""
    if "columns" not in query:
        return found
    columns = [column.split(".") for column in query["columns"].split(",")]
    return (
        [_columns(entry, columns) for entry in found]
        if isinstance(found, list)
        else _columns(found, columns)
    )


def _columns(entry: Any, columns: Iterable[list[str]]) -> Any:
    if isinstance(entry, list):
        return [_columns(one, columns) for one in entry]
    chosen: Entry = {}
    for column in columns:
        first, *rest = column
        if first not in entry:
            continue
        if not rest:
            chosen[first] = entry[first]
        elif isinstance(entry[first], list):
            chosen[first] = _columns(entry[first], [rest])
        else:
            chosen.setdefault(first, {})
            _merge(chosen[first], _columns(entry[first], [rest]))
    return chosen


def _merge(into: Entry, more: Entry) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and key in into:
            _merge(into[key], value)
        else:
            into[key] = value


def _found(entries: Mapping[Any, Any], key: Any) -> Any:
    if key not in entries:
        raise NotFound
    return entries[key]


def _removed(entries: dict[Any, Any], key: Any) -> None:
    _found(entries, key)
    del entries[key]


def _unbind(vhost: MemoryVhost, kind: str, name: str) -> None:
    def about(binding: Entry) -> bool:
        to = (binding["destination_type"], binding["destination"]) == (kind, name)
        return to or (kind == "exchange" and binding["source"] == name)

    vhost.bindings[:] = [binding for binding in vhost.bindings if not about(binding)]


def _parameters(vhost: MemoryVhost) -> list[Entry]:
    return [
        {"vhost": vhost.name, "component": component, "name": name, "value": value}
        for (component, name), value in vhost.parameters.items()
    ]


def _connection(connection: MemoryConnection) -> Entry:
    properties = {"connection_name": connection.own_name} if connection.own_name else {}
    entry = {
        "name": connection.name,
        "vhost": connection.vhost,
        "user": connection.user,
        "client_properties": properties,
    }
    return {**entry, "user_provided_name": connection.own_name} if connection.own_name else entry


def _refuse_used(queue: MemoryQueue, query: Mapping[str, str]) -> None:
    conditions: tuple[tuple[str, Callable[[], int], str], ...] = (
        ("if-unused", lambda: queue.now.consumers, "in use"),
        ("if-empty", lambda: queue.now.ready, "not empty"),
    )
    for condition, count, reason in conditions:
        if query.get(condition) and queue.type != "classic":
            raise Refused(f"{condition} is not supported by {queue.type} queues")
        if query.get(condition) and count():
            raise Refused(f"queue '{queue.name}' {reason}")
