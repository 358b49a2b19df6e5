"""The files that `adopt` writes: for each vhost a stack file and an import file."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from ..adopt import Adoption, Found, Selection, Users, adopt_vhost, import_entries
from ..adopt.adoption import size
from ..adopt.import_file import BINDING
from ..command import INSTALLED
from ..config_files.capacity import CAPACITY, bytes_of
from ..config_files.extends import EXTENDS
from ..config_files.stack_file import PROJECT, stack_file
from ..problems import ConfigError, Problem
from ..render.yaml_text import yaml_text
from .adopt_source import Source
from .commands.schema import as_text
from .exit_code import UsageError
from .json_schema import stack_schema, topology_schema
from .progress import progress
from .stack_keys import PROVIDER, TOPOLOGY

_STACK_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9_.-]+")
_OWNER_ONLY: Final = 0o600
_DEFAULT_VHOST: Final = "/"
_STACK_SCHEMA: Final = "stack.schema.json"
_TOPOLOGY_SCHEMA: Final = "topology.schema.json"
_SCHEMAS: Final = {_STACK_SCHEMA: stack_schema, _TOPOLOGY_SCHEMA: topology_schema}


@dataclass(frozen=True, slots=True)
class Plan:
    """One vhost, and the stack that it becomes."""

    vhost: str
    stack: str
    adoption: Adoption | None
    """None where the vhost cannot be declared."""
    problems: tuple[Problem, ...] = ()
    config: dict[str, Any] = field(default_factory=dict)
    """What the stack file holds."""
    entries: tuple[dict[str, Any], ...] = ()
    """Of the import file."""
    hashed: int = 0
    """Bindings with arguments that are not among them: their ids hold a hash of RabbitMQ's."""
    users: tuple[dict[str, Any], ...] = ()
    """The stack's users with the hashes of their passwords, as a definitions file has them."""
    new_broker: bool = False
    """Whether it was read from a file, so that a broker may not have any of it yet."""
    large: bool = False
    """Whether all of it would be too much for a stack's config."""

    def stack_file(self, folder: Path) -> Path:
        return stack_file(folder, self.stack)

    def topology_file(self, folder: Path) -> Path | None:
        """What the stack file extends, if it is large."""
        return folder / "topologies" / f"{self.stack}.yaml" if self.large else None

    def users_file(self, folder: Path) -> Path | None:
        """A definitions file of the stack's users, if it was asked for."""
        return folder / f"Pulumi.{self.stack}.users.json" if self.users else None

    def import_file(self, folder: Path) -> Path:
        return folder / f"Pulumi.{self.stack}.import.json"


def make_plans(source: Source, found: Found, selection: Selection, stack: str | None) -> list[Plan]:
    """Works out every vhost. What is wrong with one is in its plan."""
    names = _stack_names(list(found.vhosts), stack)
    plans = []
    with progress("adopting", size(found)) as advance:
        for vhost, name in names.items():
            try:
                adoption = adopt_vhost(vhost, found, selection, advance)
            except ConfigError as error:
                plans.append(Plan(vhost, name, None, error.problems))
                continue
            keys = found.properties_keys.get(vhost, {})
            entries = import_entries(adoption.settled.topology, keys, plugin_version())
            config = {
                f"{PROVIDER}:endpoint": source.endpoint.rstrip("/"),
                f"{PROVIDER}:username": source.username,
                f"{PROJECT}:amqpEndpoint": source.amqp_endpoint.rstrip("/"),
                TOPOLOGY: adoption.written(),
            }
            imported = sum(entry["type"] == BINDING for entry in entries)
            plans.append(
                Plan(
                    vhost=vhost,
                    stack=name,
                    adoption=adoption,
                    config=config,
                    entries=tuple(entries),
                    hashed=len(adoption.settled.topology.bindings) - imported,
                    users=_with_hashes(adoption, found, selection),
                    new_broker=source.file is not None,
                    large=2 * bytes_of(config) >= CAPACITY,
                )
            )
    return plans


def _with_hashes(
    adoption: Adoption, found: Found, selection: Selection
) -> tuple[dict[str, Any], ...]:
    """The adopted users as a definitions file has them; nothing unless that was asked for."""
    if selection.users is not Users.HASHES:
        return ()
    users = found.vhosts[adoption.vhost].users
    return tuple(
        {
            "name": name,
            "password_hash": users[name].password_hash,
            "hashing_algorithm": users[name].hashing_algorithm,
            "tags": list(users[name].tags),
            "limits": {},
        }
        for name in adoption.config.get("users", {})
        if name in users
    )


def plugin_version() -> str:
    """Of the provider that the program uses."""
    return version("pulumi-rabbitmq")


def write_plans(plans: list[Plan], folder: Path, *, force: bool) -> None:
    """Writes the files of all plans, or none. Raises `UsageError` where one would overwrite a stack
    file or what it extends, and `ConfigError` where the folder cannot be written."""
    wanted = [plan for plan in plans if plan.adoption is not None]
    yaml_files = [(plan.stack_file(folder), plan.topology_file(folder)) for plan in wanted]
    there = [str(file) for files in yaml_files for file in files if file and file.exists()]
    if there and not force:
        raise UsageError(
            f"{', '.join(there)} exists already; name the stack with --stack, or overwrite it with "
            "--force"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for plan in wanted:
            config, separate = plan.config, plan.topology_file(folder)
            if separate is not None:
                separate.parent.mkdir(exist_ok=True)
                _write(separate, _schema(_TOPOLOGY_SCHEMA, folder), plan.config[TOPOLOGY])
                extending = {EXTENDS: separate.relative_to(folder).as_posix()}
                config = {**plan.config, TOPOLOGY: extending}
            _write(plan.stack_file(folder), _schema(_STACK_SCHEMA, folder), {"config": config})
            document = json.dumps({"resources": plan.entries}, indent=2, ensure_ascii=False)
            plan.import_file(folder).write_text(document + "\n", encoding="utf-8")
            if (users := plan.users_file(folder)) is not None:
                document = json.dumps({"users": plan.users}, indent=2, ensure_ascii=False)
                users.touch(_OWNER_ONLY)
                users.write_text(document + "\n", encoding="utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError([Problem((), f"{folder} cannot be written: {reason}")]) from None


def _schema(name: str, folder: Path) -> Path:
    """The repository has its schemas. An installed package writes them beside the stack files: a
    path into a virtualenv would be wrong on every other machine."""
    if not INSTALLED:
        return Path(__file__).parents[2] / "schema" / name
    file = folder.resolve() / "schema" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(as_text(_SCHEMAS[name]()), encoding="utf-8")
    return file


def _write(file: Path, schema: Path, value: dict[str, Any]) -> None:
    """Editors find the schema from the file."""
    relative = os.path.relpath(schema, file.parent.resolve())
    place = relative if relative.startswith("..") else f"./{relative}"
    text = f"# yaml-language-server: $schema={place}\n{yaml_text(value)}"
    file.write_text(text, encoding="utf-8")


def _stack_names(vhosts: list[str], given: str | None) -> dict[str, str]:
    """Each vhost's stack: two never share one."""
    if given is not None and not _STACK_NAME.fullmatch(given):
        raise UsageError("--stack: is not a stack name: letters, digits, - _ and . only")
    if given is not None and len(vhosts) == 1:
        return {vhosts[0]: given}
    names: dict[str, str] = {}
    for vhost in vhosts:
        plain = _NOT_IN_NAMES.sub("-", vhost).strip("-.") or "default"
        name = f"{given}-{plain}" if given else plain
        names[vhost] = next(one for one in _numbered(name[:90]) if one not in names.values())
    return names


def _numbered(name: str) -> Iterator[str]:
    yield name
    for number in range(2, sys.maxsize):
        yield f"{name}-{number}"
