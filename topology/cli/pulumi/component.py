"""The `Topology` components of a stack, as its state has them: a program of a user's has no config
that would tell of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from ...broker.connection import Connection
from ...broker.tls import Tls
from ...config_files import extended, nowhere
from ...config_files.stack_file import PROJECT
from ...password_seed import PasswordSeed
from ...problems import ConfigError, Problem, did_you_mean
from ...stack_config import StackConfig
from ..exit_code import UsageError
from ..stack_keys import TOPOLOGY
from .stack_config import stack_config
from .stack_state import stack_resources, stack_settings

TYPE: Final = f"{PROJECT}:index:Topology"


def chosen_config(stack: str, component: str | None) -> tuple[StackConfig, str | None]:
    """The config of a stack program, or what a component was applied with, and its name.

    Raises `UsageError` where there are several components and none is named, and `ConfigError`.
    """
    settings = stack_settings(stack)
    if component is None and TOPOLOGY in settings:
        return stack_config(stack, settings), None
    found = components(stack)
    if component is None and len(found) == 1:
        ((name, config),) = found.items()
        return config, name
    if component is None:
        if not found:
            return stack_config(stack, settings), None
        raise UsageError(f"--component: name one of {', '.join(sorted(found))}")
    if component not in found:
        hint = did_you_mean(component, found) or "components in its state: " + (
            ", ".join(sorted(found)) or "none"
        )
        raise UsageError(f"--component: stack {stack} has no Topology {component}; {hint}")
    return found[component], component


def components(stack: str) -> dict[str, StackConfig]:
    """By name; as they were applied last. Raises `ConfigError`."""
    return {
        str(resource["urn"]).rpartition("::")[2]: _config(resource)
        for resource in stack_resources(stack)
        if resource.get("type") == TYPE
    }


def services_of(stack: str, component: str) -> dict[str, Any]:
    """The output `services` of a component, with its URLs in the clear. Raises `ConfigError`."""
    for resource in stack_resources(stack):
        if resource.get("type") == TYPE and str(resource["urn"]).endswith(f"::{component}"):
            found = _revealed((resource.get("outputs") or {}).get("services"))
            return found if isinstance(found, dict) else {}
    return {}


def _config(resource: dict[str, Any]) -> StackConfig:
    inputs = _revealed(resource.get("inputs") or {})
    name = str(resource["urn"]).rpartition("::")[2]
    given = inputs.get("connection")
    if not isinstance(given, dict):
        raise ConfigError([Problem((), f"the state tells no connection of Topology {name}")])

    def text(key: str) -> str:
        return str(given.get(key) or "")

    connection = Connection(
        management_endpoint=text("management_endpoint"),
        amqp_endpoint=text("amqp_endpoint"),
        username=text("username"),
        password=text("password"),
        tls=Tls(
            text("cacert_file") or None,
            text("clientcert_file") or None,
            text("clientkey_file") or None,
            insecure=given.get("insecure") is True,
        ),
    )
    # Files that it extends were merged before it came into the state; there is no folder to ask.
    topology = extended(inputs.get("topology"), Path.cwd(), nowhere)
    return StackConfig(topology, connection, PasswordSeed(""))


def _revealed(value: Any) -> Any:
    """An exported secret is a map with the JSON of its value."""
    if isinstance(value, dict):
        if "plaintext" in value:
            return json.loads(value["plaintext"])
        return {key: _revealed(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_revealed(entry) for entry in value]
    return value
