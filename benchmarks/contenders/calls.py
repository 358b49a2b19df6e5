"""`python -m benchmarks.contenders.calls WAY OPERATION DEFINITIONS BROKER`: management calls."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.operation import Operation
from tests.support.api import Api
from toolchain.node import Broker

Objects = dict[str, list[dict[str, Any]]]


def make(api: Api, wanted: Objects) -> None:
    """Everything, one call for each object."""
    vhost = wanted["vhosts"][0]["name"]
    api.put("vhosts", vhost)
    put_policies(api, wanted)
    for kind in ("exchanges", "queues"):
        for found in wanted[kind]:
            api.put(kind, vhost, found["name"], body=_settings(found))
    for found in wanted["bindings"]:
        ends = ("e", found["source"], "q", found["destination"])
        body = {"routing_key": found["routing_key"], "arguments": found["arguments"]}
        api.post("bindings", vhost, *ends, body=body)


def put_first_own_policy(api: Api, wanted: Objects) -> None:
    """The policy of the changed queue, which comes last."""
    _put_policy(api, wanted["policies"][-1])


def put_policies(api: Api, wanted: Objects) -> None:
    """Every policy."""
    for policy in wanted["policies"]:
        _put_policy(api, policy)


def remove(api: Api, wanted: Objects) -> None:
    """Everything, one call for each object, what refers to others first."""
    vhost = wanted["vhosts"][0]["name"]
    for found in wanted["bindings"]:
        ends = ("e", found["source"], "q", found["destination"])
        api.delete("bindings", vhost, *ends, found["routing_key"])
    for kind in ("queues", "exchanges", "policies"):
        for found in wanted[kind]:
            api.delete(kind, vhost, found["name"])
    api.delete("vhosts", vhost)


def import_all(api: Api, wanted: Objects) -> None:
    """Everything in one call."""
    api.post("definitions", body=wanted)


WAYS: dict[str, dict[Operation, Callable[[Api, Objects], None]]] = {
    "each": {
        Operation.UP: make,
        Operation.ONE_QUEUE: put_first_own_policy,
        Operation.POLICIES: put_policies,
        Operation.DESTROY: remove,
    },
    "import": dict.fromkeys((Operation.UP, Operation.ONE_QUEUE, Operation.POLICIES), import_all),
}


def _put_policy(api: Api, policy: dict[str, Any]) -> None:
    api.put("policies", policy["vhost"], policy["name"], body=_settings(policy))


def _settings(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key not in {"name", "vhost"}}


def main() -> None:
    way, operation, definitions, broker = sys.argv[1:]
    wanted = json.loads(Path(definitions).read_text())
    with Api(Broker(**json.loads(Path(broker).read_text()))) as api:
        WAYS[way][Operation(operation)](api, wanted)


if __name__ == "__main__":
    main()
