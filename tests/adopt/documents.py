"""Definitions files, as they are in the folder beside this, and with names of a test's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "definitions"
NAMES = sorted(file.stem for file in FOLDER.glob("*.json"))
ONE_VHOST = "single-vhost"
"""The export of a single vhost, which does not say which one."""


def document(name: str) -> dict[str, Any]:
    """One of the files."""
    loaded: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def renamed(found: dict[str, Any], token: str) -> dict[str, Any]:
    """The same with other vhosts and users, so that tests on one broker do not meet. The default
    user stays who it is."""

    def other(name: str) -> str:
        return name if name == "guest" else f"{name}-{token}"

    vhosts = [{**vhost, "name": f"{vhost['name']}-{token}"} for vhost in found.get("vhosts", [])]
    users = [{**user, "name": other(user["name"])} for user in found.get("users", [])]
    changed = {**found, "vhosts": vhosts, "users": users}
    for section, entries in found.items():
        if section in ("vhosts", "users") or not isinstance(entries, list):
            continue
        changed[section] = [
            {
                **entry,
                **({"vhost": f"{entry['vhost']}-{token}"} if "vhost" in entry else {}),
                **({"user": other(entry["user"])} if "user" in entry else {}),
            }
            for entry in entries
        ]
    changed.pop("global_parameters", None)
    changed["users"] = [user for user in users if user["name"] != "guest"]
    changed["permissions"] = [
        entry for entry in changed.get("permissions", []) if entry["user"] != "guest"
    ]
    return changed


def fit_for(found: dict[str, Any], version: tuple[int, int]) -> dict[str, Any]:
    """Without what a RabbitMQ of this version refuses to load."""
    policies = found.get("policies", [])
    exchanges = found.get("exchanges", [])
    if version >= (4, 0):
        policies = [
            policy
            for policy in policies
            if not any(key.startswith("ha-") for key in policy["definition"])
        ]
    if version < (3, 12):
        policies = [
            {**policy, "apply-to": policy["apply-to"].replace("quorum_queues", "queues")}
            for policy in policies
            if policy["apply-to"] != "streams"
        ]
    queues = found.get("queues", [])
    if version >= (4, 3):
        queues = [
            queue
            for queue in queues
            if queue["durable"] and "x-queue-master-locator" not in queue["arguments"]
        ]
    bindings = [
        binding
        for binding in found.get("bindings", [])
        if binding["destination_type"] != "queue"
        or binding["destination"] in {queue["name"] for queue in queues}
    ]
    return {
        **found,
        "policies": policies,
        "queues": queues,
        "exchanges": exchanges,
        "bindings": bindings,
    }
