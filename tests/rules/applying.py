"""A settled topology, put on a broker in the words that the provider uses for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx

from tests.support.api import Api
from topology.expand.settings import Settled
from topology.model import Topology, VHost
from topology.model.policy_definition import Definition

OWN_USER = "guest"
"""Whom the tests themselves are to the broker."""

_NUMBER = range(-(2**63), 2**63)


def refusal(api: Api, settled: Settled) -> str | None:
    """What the broker says to the first object that it refuses; None where it takes all."""
    vhost = settled.topology.vhost.name
    api.delete("vhosts", vhost)
    try:
        for path, body in requests(settled):
            try:
                if path[0] == "bindings":
                    api.post(*path, body=body)
                else:
                    api.put(*path, body=body)
            except httpx.HTTPStatusError as error:
                return f"{path}: {error.response.status_code} {error.response.text[:300]}"
        return None
    finally:
        api.delete("vhosts", vhost)
        for user in settled.topology.users.keys() - {OWN_USER}:
            api.delete("users", user)


def put(api: Api, settled: Settled) -> None:
    """Puts it there, to stay until the vhost goes."""
    vhost = settled.topology.vhost.name
    api.put("vhosts", vhost)
    for path, body in requests(settled):
        (api.post if path[0] == "bindings" else api.put)(*path, body=body)


def requests(settled: Settled) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """What is to be put on the broker: path and body, in an order that works."""
    topology, vhost = settled.topology, settled.topology.vhost.name
    yield from _vhost(topology.vhost)
    sections = (("policies", topology.policies), ("operator-policies", topology.operator_policies))
    for section, policies in sections:
        for name, policy in policies.items():
            body = {
                "pattern": policy.pattern,
                "apply-to": policy.apply_to,
                "priority": policy.priority,
                "definition": _sent(policy.definition),
            }
            yield (section, vhost, name), body
    for name, exchange in topology.exchanges.items():
        body = {
            "type": exchange.type,
            "durable": exchange.durable,
            "auto_delete": exchange.auto_delete,
            "arguments": {key: str(value) for key, value in exchange.arguments.items()},
        }
        yield ("exchanges", vhost, name), body
    for name, queue in topology.queues.items():
        body = {
            "durable": queue.durable,
            "auto_delete": queue.auto_delete,
            "arguments": _json({**queue.arguments, "x-queue-type": queue.type}),
        }
        yield ("queues", vhost, name), body
    for binding in topology.bindings:
        kind = binding.destination_type[0]
        path = ("bindings", vhost, "e", binding.source, kind, binding.destination)
        yield path, {"routing_key": binding.routing_key, "arguments": _json(binding.arguments)}
    for name, upstream in topology.federation_upstreams.items():
        fields = upstream.model_dump(exclude={"uri"}, exclude_none=True)
        value = {key.replace("_", "-"): field for key, field in fields.items()}
        value["uri"] = upstream.uri.get_secret_value()
        yield ("parameters", "federation-upstream", vhost, name), {"value": value}
    yield from _access(topology)


def _vhost(vhost: VHost) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    settings = vhost.model_dump(
        include={"description", "default_queue_type", "tracing"}, exclude_none=True
    )
    yield ("vhosts", vhost.name), settings
    # The rights of who declares what follows.
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    yield ("permissions", vhost.name, OWN_USER), everything
    for limit in ("max_connections", "max_queues"):
        value = getattr(vhost, limit)
        if value is not None:
            yield ("vhost-limits", vhost.name, limit.replace("_", "-")), {"value": value}


def _access(topology: Topology) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    vhost = topology.vhost.name
    for name, user in topology.users.items():
        if name == OWN_USER:
            continue  # A config may speak of it; to make it again would take its rights away.
        # Those that exist already are made here too, for somebody has made them.
        yield ("users", name), {"password": "of a test", "tags": ",".join(user.tags)}
    for right in topology.permissions:
        body = {"configure": right.configure, "write": right.write, "read": right.read}
        yield ("permissions", vhost, right.user), body
    for topic in topology.topic_permissions:
        body = {"exchange": topic.exchange, "write": topic.write, "read": topic.read}
        yield ("topic-permissions", vhost, topic.user), body


def _json(arguments: dict[str, Any]) -> Any:
    """As the provider reads JSON: every number as a floating-point one, and written as short as
    can be."""
    return json.loads(json.dumps(arguments), parse_float=_number, parse_int=_number)


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() else value


def _sent(definition: Definition) -> dict[str, Any]:
    """As the provider sends a policy: as text, and as a number what reads as one."""
    return {key: _guessed(value) for key, value in definition.values().items()}


def _guessed(value: Any) -> Any:
    if isinstance(value, list):
        return value
    text = str(value)
    digits = text.removeprefix("-").removeprefix("+")
    if digits.isascii() and digits.isdigit() and int(text) in _NUMBER:
        return int(text)
    return text
