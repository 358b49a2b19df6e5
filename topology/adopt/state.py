"""The state of a stack that has what the program registers, and made none of it.

Pulumi's own import reads each object through the provider, which gives queues and bindings other
inputs than the program does (`arguments` for `argumentsJson`), drops numbers, and knows nothing of
guards. The next update would replace those queues, and delete their messages. So the entries are
written here: as an update of the program would have left them.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .import_file import BINDING, VHOST
from .registration import SIGNATURE, STACK_TYPE, Registered, Registrations, secret, urn

_DEFAULTS: Final = "__defaults"
"""Where the provider lists the inputs that it filled in itself: none."""
_COMPONENTS: Final = {
    "rabbitmq:index/federationUpstream:FederationUpstream": {"component": "federation-upstream"},
}
_ESCAPED: Final = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
"""As Go writes JSON."""
_UNMANAGED: Final = ("defaultQueueType", "maxConnections", "maxQueues")
"""Of a vhost, what is nobody's unless the program sets it."""
_HOOKS: Final = "hooks"
_VERSION_WITH_FEATURES: Final = 4
_KEPT: Final = ("parent", "provider", "created", "modified")

Identity = tuple[str, str]
"""Type and logical name."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it."""

    state: dict[str, Any]
    """As `pulumi stack export` has it, with secrets in the clear: only for a pipe."""
    added: tuple[Identity, ...]
    present: tuple[Identity, ...]
    """Were in the state before, and are left as they are."""
    missing: tuple[Identity, ...]
    """The program registers them, and no id was given."""


def take_in(
    exported: Mapping[str, Any], stack: str, made: Registrations, ids: Mapping[Identity, str]
) -> Taken:
    """Adds what the program registers and what has an id to a state that has the vhost already,
    as Pulumi itself imported it."""
    state = copy.deepcopy(dict(exported))
    resources: list[dict[str, Any]] = state["deployment"]["resources"]
    by_urn = {entry["urn"]: entry for entry in resources}
    vhost = next(entry for entry in resources if entry["type"] == VHOST)
    added, present, missing = [], [], []
    known = set(by_urn)
    for one in made.resources:
        identity, name = (one.type, one.name), urn(stack, one.type, one.name)
        if one.type == VHOST and name == vhost["urn"] and not vhost.get("resourceHooks"):
            vhost.pop("protect", None)  # what Pulumi's import sets
            vhost.update(_of_program(one, known))
            # An import reads them even where the program does not set them.
            vhost["outputs"] |= {name: one.inputs.get(name) for name in _UNMANAGED}
            added.append(identity)
        elif name in known:
            present.append(identity)
        elif identity in ids:
            resources.append(_entry(one, name, ids[identity], vhost, known))
            known.add(name)
            added.append(identity)
        else:
            missing.append(identity)
    if all(one.type != VHOST for one in made.resources):
        _refer_to(vhost)
    root = next(entry for entry in resources if entry["type"] == STACK_TYPE)
    if made.outputs and not root.get("outputs"):
        root["outputs"] = made.outputs
    if any(entry.get("resourceHooks") for entry in resources):
        state["version"] = max(state.get("version", 0), _VERSION_WITH_FEATURES)
        state["features"] = sorted({*state.get("features", ()), _HOOKS})
    return Taken(state, tuple(added), tuple(present), tuple(missing))


def _refer_to(vhost: dict[str, Any]) -> None:
    """As a state has a resource that the program only reads."""
    for key in ("protect", "importID", "propertyDependencies"):
        vhost.pop(key, None)
    vhost |= {"external": True, "inputs": {}}


def _entry(
    one: Registered, name: str, identity: str, vhost: Mapping[str, Any], known: Iterable[str]
) -> dict[str, Any]:
    return {
        "urn": name,
        "custom": True,
        "id": identity,
        "type": one.type,
        "outputs": _outputs(one, identity),
        **{key: vhost[key] for key in _KEPT if key in vhost},
        **_of_program(one, known),
    }


def _of_program(one: Registered, known: Iterable[str]) -> dict[str, Any]:
    """What a state has of a resource from the program, and not from the broker."""
    there = set(known)
    dependencies = [found for found in one.dependencies if found in there]
    return {
        "inputs": _checked(one.inputs),
        **({"dependencies": dependencies} if dependencies else {}),
        "propertyDependencies": {
            name: [found for found in urns if found in there]
            for name, urns in one.property_dependencies.items()
        },
        **one.options,
    }


def _checked(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs as the provider has checked them: each block says which defaults it got."""
    return {_DEFAULTS: [], **{name: _block(value) for name, value in inputs.items()}}


def _block(value: Any) -> Any:
    if isinstance(value, list):
        return [_block(entry) for entry in value]
    if isinstance(value, dict) and SIGNATURE not in value:
        return {_DEFAULTS: [], **value}
    return value


def _outputs(one: Registered, identity: str) -> dict[str, Any]:
    found = {**copy.deepcopy(one.inputs), **_COMPONENTS.get(one.type, {}), "id": identity}
    if one.type == BINDING:
        found["propertiesKey"] = identity.rpartition("/")[2]
        _as_read(found)
    elif isinstance(settings := found.get("settings"), dict):
        _as_read(settings)
    for name in one.options.get("additionalSecretOutputs", ()):
        found[name] = secret(_revealed(found[name]))
    return found


def _as_read(arguments: dict[str, Any]) -> None:
    """Arguments as the provider reads them: without spaces, and null where there are none."""
    arguments.setdefault("arguments", None)
    if text := arguments.get("argumentsJson"):
        compact = json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)
        arguments["argumentsJson"] = compact.translate(_ESCAPED)


def _revealed(value: Any) -> Any:
    if isinstance(value, dict):
        if SIGNATURE in value:
            return json.loads(value["plaintext"])
        return {key: _revealed(entry) for key, entry in value.items()}
    return value
