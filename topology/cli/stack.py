"""A stack file, read without Pulumi: what it declares, with placeholders where its secrets are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

from ..config_files import Document, Layers, extended
from ..config_files.capacity import CAPACITY, bytes_of
from ..config_files.stack_file import PROJECT, config_path, is_secure
from ..model import Topology
from ..parse.schema_errors import MISSING, takes_secret
from ..problems import ConfigError, Path, Problem, did_you_mean
from .stack_keys import TOPOLOGY, key_problems

_STACK_KEYS = {"config", "encryptionsalt", "encryptedkey", "secretsprovider", "environment"}
_ENVIRONMENT = "environment"
"""Pulumi ESC environments; what they give to the config is not to be seen here."""

_WHERE_SECRETS = "secrets are for passwords and URIs; write it in the clear"


class Placeholder(str):
    """The text that stands for an encrypted value."""

    __slots__ = ()


SECRET = Placeholder("[secret]")


def is_stack(document: Document) -> bool:
    """Whether a file is a stack's, and no plain topology."""
    value = document.value
    return isinstance(value, dict) and not _STACK_KEYS.isdisjoint(value)


@dataclass(frozen=True, slots=True)
class Stack:
    """What a stack file says."""

    layers: Layers
    problems: tuple[Problem, ...]
    """What is wrong beside the topology, and with secrets where none can be."""
    hidden: frozenset[Path]
    """Where secrets stand in the topology; what the schema says of their placeholders is void."""


def read_stack(document: Document, folder: FilePath) -> Stack:
    """Reads a stack file as Pulumi would, with what the project's `Pulumi.yaml` gives to it.

    Raises `ConfigError` if there is no topology that could be looked into.
    """
    stack_problems = tuple(_stack_problems(document, folder))
    found = _topology(document, folder)
    if found is None:
        missing = Problem((TOPOLOGY,), MISSING, "declare at least its vhost: {vhost: my-vhost}")
        raise ConfigError([*stack_problems, missing.at(document.locate(("config",)))])
    home, root, value = found
    if is_secure(value):
        message = "is a secret as a whole, so that nothing can be checked"
        problem = Problem((TOPOLOGY,), message, "make secrets of passwords and URIs only")
        raise ConfigError([*stack_problems, problem.at(home.locate(root))])
    within = tuple(_within(root, document.problems)) if home is document else home.problems
    layers = extended(
        _with_placeholders(value), folder, lambda path: home.locate((*root, *path)), within
    )
    hidden = frozenset(placeholders(layers.value, ()))
    misplaced = (
        Problem(path, "a secret cannot stand here", _WHERE_SECRETS, source=layers.source(path))
        for path in sorted(hidden, key=str)
        if not takes_secret(Topology, path)
    )
    return Stack(layers, (*stack_problems, *misplaced), hidden)


def _stack_problems(document: Document, folder: FilePath) -> Iterator[Problem]:
    """What is wrong beside the topology."""
    config = document.value.get("config")
    if config is not None and not isinstance(config, dict):
        yield Problem(("config",), "must be a map").at(document.locate(("config",)))
    spelled = {_namespaced(key): key for key in config} if isinstance(config, dict) else {}
    full = {name: config[key] for name, key in spelled.items()}
    for problem in key_problems(full):
        yield problem.at(document.locate(("config", spelled[str(problem.path[0])])))
    if (size := bytes_of(full)) > CAPACITY:
        kibibytes = f"{size / 1024:,.0f} KiB, and Pulumi can hand over {CAPACITY // 1024}"
        hint = f"move the topology to a file, and name that: {TOPOLOGY}: {{extends: FILE}}"
        problem = Problem(("config",), f"is too large for a stack: {kibibytes}", hint)
        yield problem.at(document.locate(("config",)))
    needed = f"{PROJECT}:amqpEndpoint"
    elsewhere = _ENVIRONMENT in document.value or _in_project(folder, "amqpEndpoint")
    if needed not in spelled and not elsewhere:
        hint = f"pulumi config set {needed} amqp://localhost:5672"
        yield Problem((needed,), MISSING, hint).at(document.locate(("config",)))
    for key in document.value.keys() - _STACK_KEYS:
        hint = did_you_mean(key, _STACK_KEYS) or f"known keys: {', '.join(sorted(_STACK_KEYS))}"
        problem = Problem((key,), "is not a known key; Pulumi would ignore it", hint)
        yield problem.at(document.locate((key,)))


def _namespaced(key: str) -> str:
    return key if ":" in key else f"{PROJECT}:{key}"


def _topology(document: Document, folder: FilePath) -> tuple[Document, Path, Any] | None:
    """The config dict, the file that has it and its place there: the stack's own, which replaces
    the project's as a whole."""
    root = config_path(document.value, "topology")
    if root is not None:
        return document, root, document.value["config"][root[1]]
    return _in_project(folder, "topology")


def _in_project(folder: FilePath, key: str) -> tuple[Document, Path, Any] | None:
    """What the project gives to every stack that does not say otherwise."""
    try:
        project = Document.read(folder / "Pulumi.yaml")
    except ConfigError:  # without a readable project there is nothing that it could give
        return None
    root = config_path(project.value, key)
    entry = project.value["config"][root[1]] if root else None
    for given in ("value", "default"):
        if root and isinstance(entry, dict) and given in entry:
            return project, (*root, given), entry[given]
    return (project, root, entry) if root and isinstance(entry, str) else None


def _within(root: Path, problems: tuple[Problem, ...]) -> Iterator[Problem]:
    """The same problems, with paths that begin at the config dict where they are in it."""
    for problem in problems:
        inside = problem.path[: len(root)] == root
        yield replace(problem, path=problem.path[len(root) :]) if inside else problem


def _with_placeholders(value: Any) -> Any:
    if is_secure(value):
        return SECRET
    if isinstance(value, dict):
        return {key: _with_placeholders(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_with_placeholders(entry) for entry in value]
    return value


def placeholders(value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, Placeholder):
        yield path
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from placeholders(entry, (*path, key))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from placeholders(entry, (*path, index))
