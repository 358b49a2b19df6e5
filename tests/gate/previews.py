"""Previews as the Pulumi CLI prints them, cut down to what matters."""

from __future__ import annotations

import json
from typing import Any

from topology.gate.plan import Plan
from topology.gate.preview import read_plan

TYPES = {
    "vhost": "rabbitmq:index/vHost:VHost",
    "queue": "rabbitmq:index/queue:Queue",
    "exchange": "rabbitmq:index/exchange:Exchange",
    "binding": "rabbitmq:index/binding:Binding",
    "policy": "rabbitmq:index/policy:Policy",
    "operator_policy": "rabbitmq:index/operatorPolicy:OperatorPolicy",
    "user": "rabbitmq:index/user:User",
    "permission": "rabbitmq:index/permissions:Permissions",
    "shovel": "rabbitmq:index/shovel:Shovel",
    "stack": "pulumi:pulumi:Stack",
    "password": "pulumi:index:Stash",
}

Properties = dict[str, Any]


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:dev::rabbitmq-topology::{TYPES[kind]}::{name}"


def step(
    op: str,
    kind: str,
    name: str,
    old: Properties | None = None,
    new: Properties | None = None,
    **rest: Any,
) -> dict[str, Any]:
    """One step; the logical name is `v/NAME`, and the properties have the name and the vhost."""
    logical = name if kind in ("vhost", "user") else f"v/{name}"
    own = {"name": name, "vhost": "v"}
    found = {"op": op, "urn": urn(kind, logical), **rest}
    if op != "create":
        found["oldState"] = {"inputs": {**own, **(old or {})}}
    if op not in ("delete", "delete-replaced"):
        found["newState"] = {"inputs": {**own, **(new or {})}}
    return found


def error(message: str, about: str = "") -> dict[str, Any]:
    return {
        "message": f"error: {message}\n",
        "severity": "error",
        **({"urn": about} if about else {}),
    }


def document(*steps: dict[str, Any], diagnostics: tuple[dict[str, Any], ...] = ()) -> str:
    """One JSON document, as the CLI prints by default."""
    body = {"config": {"a": "{}"}, "steps": list(steps), "diagnostics": list(diagnostics)}
    return json.dumps({**body, "changeSummary": {}}, indent=4)


def events(
    *steps: dict[str, Any],
    diagnostics: tuple[dict[str, Any], ...] = (),
    result: str | None = "succeeded",
) -> str:
    """The same as a stream of events; without a result, cut off."""
    told: list[dict[str, Any]] = [{"preludeEvent": {"config": {}}}]
    for entry in steps:
        metadata = {key: value for key, value in entry.items() if not key.endswith("State")}
        metadata |= {"old": entry.get("oldState"), "new": entry.get("newState")}
        told.append({"resourcePreEvent": {"metadata": metadata}})
        told.append({"resOutputsEvent": {"metadata": metadata}})
    told += ({"diagnosticEvent": diagnostic} for diagnostic in diagnostics)
    if result:
        told.append({"summaryEvent": {"result": result}})
    return "\n".join(json.dumps(event) for event in told)


def planned(*steps: dict[str, Any], diagnostics: tuple[dict[str, Any], ...] = ()) -> Plan:
    return read_plan(document(*steps, diagnostics=diagnostics))


def policy(**definition: Any) -> Properties:
    """Pulumi's properties of a policy for the queues whose names begin with q."""
    texts = {key.replace("_", "-"): str(value) for key, value in definition.items()}
    body = {"pattern": "^q", "applyTo": "queues", "priority": 0, "definition": texts}
    return {"policy": {"__defaults": [], **body}}
