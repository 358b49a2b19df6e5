"""A stack as the Pulumi CLI knows it: its config, and the passwords that it has made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from pulumi import runtime

from ...config_files.stack_file import PROJECT
from ...stack_config import StackConfig
from .stack_state import stack_resources, stack_settings

_STASH: Final = "pulumi:index:Stash"
_STASHED: Final = "/password"
"""The end of the name that a stash of a generated password has."""


def stack_config(stack: str, settings: dict[str, Any] | None = None) -> StackConfig:
    """Reads the config as a run of the program would. Raises `ConfigError`. `settings` are what
    `stack_settings` gave, where it was asked already."""
    settings = stack_settings(stack) if settings is None else settings
    runtime.set_all_config({key: entry["value"] for key, entry in settings.items()})
    # A stack may be named with its organisation and project before it.
    runtime.configure(runtime.Settings(project=PROJECT, stack=stack.rpartition("/")[2]))
    return StackConfig.read()


def generated_passwords(stack: str, component: str | None = None) -> Mapping[str, str]:
    """User → password, of those that the stack has made, or one of its components. Raises
    `ConfigError`."""
    found = {}
    for resource in stack_resources(stack):
        name = str(resource["urn"]).rpartition("::")[2]
        if component is not None:
            if not name.startswith(f"{component}/"):
                continue
            name = name.removeprefix(f"{component}/")
        if resource.get("type") == _STASH and name.endswith(_STASHED):
            password = _revealed((resource.get("outputs") or {}).get("output"))
            if isinstance(password, str):
                found[unquote(name.removesuffix(_STASHED))] = password
    return found


def _revealed(value: Any) -> Any:
    """A secret of an exported state is a map with the JSON of its value."""
    if isinstance(value, dict) and "plaintext" in value:
        return json.loads(value["plaintext"])
    return value
